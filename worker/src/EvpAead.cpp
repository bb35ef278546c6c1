#include "EvpAead.hpp"

EvpAead::~EvpAead()
{
	EVP_CIPHER_CTX_free(this->ctx);
}

bool EvpAead::SetKey(const EVP_CIPHER* cipher, const uint8_t* key)
{
	this->ctx = EVP_CIPHER_CTX_new();

	if (this->ctx && EVP_CipherInit_ex(this->ctx, cipher, nullptr, key, nullptr, /*enc*/ 1) != 1)
	{
		EVP_CIPHER_CTX_free(this->ctx);
		this->ctx = nullptr;
	}

	return IsValid();
}

bool EvpAead::Encrypt(
  const uint8_t* iv, const uint8_t* aad, size_t aadLen, const uint8_t* in, size_t len, uint8_t* out, uint8_t* tag)
{
	int written;

	return EVP_EncryptInit_ex(this->ctx, nullptr, nullptr, nullptr, iv) == 1 &&
	       EVP_EncryptUpdate(this->ctx, nullptr, &written, aad, static_cast<int>(aadLen)) == 1 &&
	       EVP_EncryptUpdate(this->ctx, out, &written, in, static_cast<int>(len)) == 1 &&
	       EVP_EncryptFinal_ex(this->ctx, out + len, &written) == 1 &&
	       EVP_CIPHER_CTX_ctrl(this->ctx, EVP_CTRL_AEAD_GET_TAG, TagLength, tag) == 1;
}

bool EvpAead::Decrypt(
  const uint8_t* iv,
  const uint8_t* aad,
  size_t aadLen,
  const uint8_t* in,
  size_t len,
  uint8_t* out,
  const uint8_t* tag)
{
	int written;

	return EVP_DecryptInit_ex(this->ctx, nullptr, nullptr, nullptr, iv) == 1 &&
	       EVP_DecryptUpdate(this->ctx, nullptr, &written, aad, static_cast<int>(aadLen)) == 1 &&
	       EVP_DecryptUpdate(this->ctx, out, &written, in, static_cast<int>(len)) == 1 &&
	       EVP_CIPHER_CTX_ctrl(
	         this->ctx, EVP_CTRL_AEAD_SET_TAG, TagLength, const_cast<uint8_t*>(tag)) == 1 &&
	       EVP_DecryptFinal_ex(this->ctx, out + len, &written) == 1;
}
