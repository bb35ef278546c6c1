#ifndef TRESTLE_EVP_AEAD_HPP
#define TRESTLE_EVP_AEAD_HPP

#include <cstddef>
#include <cstdint>
#include <openssl/evp.h>

/**
 * An AEAD as OpenSSL does it, under one key, with IVs of 96 bits and tags of 128.
 */
class EvpAead
{
public:
	static constexpr size_t IvLength{ 12 };
	static constexpr size_t TagLength{ 16 };

public:
	EvpAead()                          = default;
	EvpAead(const EvpAead&)            = delete;
	EvpAead& operator=(const EvpAead&) = delete;
	~EvpAead();

public:
	/**
	 * False if it was refused: nothing else may be called then.
	 */
	bool SetKey(const EVP_CIPHER* cipher, const uint8_t* key);
	bool IsValid() const
	{
		return this->ctx != nullptr;
	}
	/**
	 * Writes `len` bytes to `out`, which may be `in`, and the tag.
	 */
	bool Encrypt(
	  const uint8_t* iv,
	  const uint8_t* aad,
	  size_t aadLen,
	  const uint8_t* in,
	  size_t len,
	  uint8_t* out,
	  uint8_t* tag);
	/**
	 * False if the tag is not that of the data: what `out` holds then is worthless.
	 */
	bool Decrypt(
	  const uint8_t* iv,
	  const uint8_t* aad,
	  size_t aadLen,
	  const uint8_t* in,
	  size_t len,
	  uint8_t* out,
	  const uint8_t* tag);

private:
	EVP_CIPHER_CTX* ctx{ nullptr };
};

#endif
