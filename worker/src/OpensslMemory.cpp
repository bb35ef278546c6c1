#include "OpensslMemory.hpp"
#include <cstdlib>
#include <openssl/crypto.h>

namespace
{
	thread_local OpensslMemory::Pieces* watched{ nullptr };

	void* allocate(size_t size, const char* /*file*/, int /*line*/)
	{
		auto* data = std::malloc(size);

		if (watched && data)
		{
			watched->emplace_back(data, size);
		}

		return data;
	}

	void* reallocate(void* data, size_t size, const char* /*file*/, int /*line*/)
	{
		return std::realloc(data, size);
	}

	void release(void* data, const char* /*file*/, int /*line*/)
	{
		std::free(data);
	}
} // namespace

void OpensslMemory::Init()
{
	CRYPTO_set_mem_functions(allocate, reallocate, release);
}

OpensslMemory::Watch::Watch(Pieces& pieces)
{
	watched = &pieces;
}

OpensslMemory::Watch::~Watch()
{
	watched = nullptr;
}
