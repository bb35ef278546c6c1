#ifndef TRESTLE_OPENSSL_MEMORY_HPP
#define TRESTLE_OPENSSL_MEMORY_HPP

#include <cstddef>
#include <utility>
#include <vector>

/**
 * Tells where OpenSSL keeps what it allocates, which its opaque types do not.
 */
class OpensslMemory
{
public:
	using Pieces = std::vector<std::pair<const void*, size_t>>;

	/**
	 * To be called before OpenSSL allocates anything. Without it nothing is told.
	 */
	static void Init();

	/**
	 * Collects what this thread has OpenSSL allocate while it lives.
	 */
	class Watch
	{
	public:
		explicit Watch(Pieces& pieces);
		Watch(const Watch&)            = delete;
		Watch& operator=(const Watch&) = delete;
		~Watch();
	};
};

#endif
