#include "GcmCipher.hpp"
#include <algorithm>
#include <openssl/crypto.h>

#ifdef TRESTLE_IPSEC_MB
#include <intel-ipsec-mb.h>

namespace
{
	constexpr size_t BlockLength{ 16 };

	/**
	 * The functions for this processor, nullptr if it lacks AES instructions or the library's
	 * self-test failed.
	 */
	IMB_MGR* getManager()
	{
		static IMB_MGR* const manager = []() -> IMB_MGR*
		{
			auto* created = alloc_mb_mgr(0);

			if (!created)
			{
				return nullptr;
			}

			init_mb_mgr_auto(created, nullptr);

			static constexpr uint64_t Needed{ IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ };
			const bool selfTested = (created->features & IMB_FEATURE_SELF_TEST) == 0 ||
			                        (created->features & IMB_FEATURE_SELF_TEST_PASS) != 0;

			if (
			  imb_get_errno(created) != 0 || (created->features & Needed) != Needed ||
			  (created->features & IMB_FEATURE_AESNI_EMU) != 0 || !selfTested)
			{
				free_mb_mgr(created);

				return nullptr;
			}

			return created;
		}();

		return manager;
	}
} // namespace

struct GcmCipher::Schedule
{
	~Schedule()
	{
		OPENSSL_cleanse(&this->data, sizeof(this->data));
	}
	/**
	 * What a packet of `len` bytes, header included, touches.
	 */
	void ListMemory(MemoryAhead& memoryAhead, size_t keyLen, size_t len) const
	{
		const auto& hashKeys = this->data.ghash_keys.vaes_avx512.shifted_hkey;
		const auto* manager  = getManager();
		const bool manyHashKeys =
		  manager->used_arch == IMB_ARCH_AVX512 && (manager->features & IMB_FEATURE_VAES) != 0;
		// Of header, payload and the lengths, the first two padded.
		const size_t used = std::min(sizeof(hashKeys), (len / BlockLength + 3) * BlockLength);

		if (!manyHashKeys)
		{
			memoryAhead.Add(this->data.expanded_keys, sizeof(this->data.expanded_keys));
			memoryAhead.Add(this->data.ghash_keys.sse_avx);

			return;
		}

		// Ten rounds or fourteen, and the first key.
		memoryAhead.Add(this->data.expanded_keys, BlockLength * (keyLen == MaxKeyLength ? 15 : 11));
		// The powers are in descending order.
		memoryAhead.Add(hashKeys + sizeof(hashKeys) - used, used);
	}

	gcm_key_data data;
};
#else
struct GcmCipher::Schedule
{
	void ListMemory(MemoryAhead& /*memoryAhead*/, size_t /*keyLen*/, size_t /*len*/) const
	{
	}
};
#endif

GcmCipher::GcmCipher() = default;

GcmCipher::~GcmCipher() = default;

bool GcmCipher::SetKey(const uint8_t* key, size_t keyLen)
{
	if (keyLen != 16 && keyLen != MaxKeyLength)
	{
		return false;
	}

	this->keyLen = keyLen;

#ifdef TRESTLE_IPSEC_MB
	if (auto* manager = getManager())
	{
		this->schedule = std::make_unique<Schedule>();

		if (keyLen == MaxKeyLength)
		{
			IMB_AES256_GCM_PRE(manager, key, &this->schedule->data);
		}
		else
		{
			IMB_AES128_GCM_PRE(manager, key, &this->schedule->data);
		}

		return true;
	}
#endif

	const OpensslMemory::Watch watch(this->memory);

	return this->openssl.SetKey(keyLen == MaxKeyLength ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), key);
}

bool GcmCipher::Encrypt(
  const Iv& iv, const uint8_t* aad, size_t aadLen, const uint8_t* in, size_t len, uint8_t* out, uint8_t* tag)
{
#ifdef TRESTLE_IPSEC_MB
	if (this->schedule)
	{
		const auto* manager   = getManager();
		const auto* keyData   = &this->schedule->data;
		const auto encryptGcm = this->keyLen == MaxKeyLength ? manager->gcm256_enc : manager->gcm128_enc;
		gcm_context_data context;

		encryptGcm(keyData, &context, out, in, len, iv.bytes, aad, aadLen, tag, TagLength);

		return true;
	}
#endif

	return this->openssl.Encrypt(iv.bytes, aad, aadLen, in, len, out, tag);
}

bool GcmCipher::Decrypt(
  const Iv& iv,
  const uint8_t* aad,
  size_t aadLen,
  const uint8_t* in,
  size_t len,
  uint8_t* out,
  const uint8_t* tag)
{
#ifdef TRESTLE_IPSEC_MB
	if (this->schedule)
	{
		const auto* manager   = getManager();
		const auto* keyData   = &this->schedule->data;
		const auto decryptGcm = this->keyLen == MaxKeyLength ? manager->gcm256_dec : manager->gcm128_dec;
		gcm_context_data context;
		uint8_t expected[TagLength];

		decryptGcm(keyData, &context, out, in, len, iv.bytes, aad, aadLen, expected, TagLength);

		return CRYPTO_memcmp(expected, tag, TagLength) == 0;
	}
#endif

	return this->openssl.Decrypt(iv.bytes, aad, aadLen, in, len, out, tag);
}

void GcmCipher::ListMemory(MemoryAhead& memoryAhead, size_t len) const
{
	if (this->schedule)
	{
		this->schedule->ListMemory(memoryAhead, this->keyLen, len);
	}

	for (const auto& [data, size] : this->memory)
	{
		memoryAhead.Add(data, size);
	}
}
