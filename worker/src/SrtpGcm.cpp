#include "SrtpGcm.hpp"
#include "Utils.hpp"
#include <algorithm>
#include <cstring>

namespace
{
	constexpr size_t RtpFixedHeaderLength{ 12 };
	constexpr uint8_t SaltLabelDistance{ 2 };

	// RFC 3711 section 4.3 with a key derivation rate of 0 and, as RFC 7714 section 11 says,
	// a salt of 96 bits.
	bool derive(
	  const EVP_CIPHER* cipher, const uint8_t* key, const uint8_t* salt, uint8_t label, uint8_t* out, int len)
	{
		static constexpr uint8_t Zeros[GcmCipher::MaxKeyLength]{};

		uint8_t iv[16]{};
		int written{ 0 };

		std::memcpy(iv, salt, GcmCipher::IvLength);
		iv[7] ^= label;

		auto* ctx     = EVP_CIPHER_CTX_new();
		const bool ok = ctx && EVP_EncryptInit_ex(ctx, cipher, nullptr, key, iv) == 1 &&
		                EVP_EncryptUpdate(ctx, out, &written, Zeros, len) == 1;

		EVP_CIPHER_CTX_free(ctx);

		return ok;
	}

	void applySalt(GcmCipher::Iv& iv, const std::array<uint8_t, GcmCipher::IvLength>& salt)
	{
		for (size_t i{ 0 }; i < salt.size(); ++i)
		{
			iv.bytes[i] ^= salt[i];
		}
	}
} // namespace

namespace SrtpGcm
{
	bool Keys::Derive(srtp_profile_t profile, const uint8_t* master, Label label)
	{
		const bool is256        = profile == srtp_profile_aead_aes_256_gcm;
		const size_t keyLen     = is256 ? 32 : 16;
		const auto* counterMode = is256 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
		const auto* masterSalt  = master + keyLen;
		const auto keyLabel     = static_cast<uint8_t>(label);
		const auto saltLabel    = static_cast<uint8_t>(keyLabel + SaltLabelDistance);
		uint8_t key[GcmCipher::MaxKeyLength];

		this->valid =
		  derive(counterMode, master, masterSalt, keyLabel, key, static_cast<int>(keyLen)) &&
		  derive(
		    counterMode, master, masterSalt, saltLabel, this->salt.data(), static_cast<int>(this->salt.size())) &&
		  this->cipher.SetKey(key, keyLen);

		OPENSSL_cleanse(key, sizeof(key));

		return this->valid;
	}

	GcmCipher::Iv Keys::GetRtpIv(const uint8_t* ssrc, uint64_t index) const
	{
		// Two zeros, SSRC, rollover counter, sequence number.
		GcmCipher::Iv iv;

		std::memcpy(iv.bytes + 2, ssrc, 4);

		for (size_t i{ 0 }; i < 6; ++i)
		{
			iv.bytes[6 + i] = static_cast<uint8_t>(index >> (8 * (5 - i)));
		}

		applySalt(iv, this->salt);

		return iv;
	}

	GcmCipher::Iv Keys::GetRtcpIv(const uint8_t* ssrc, uint32_t index) const
	{
		// Two zeros, SSRC, two zeros, index.
		GcmCipher::Iv iv;

		std::memcpy(iv.bytes + 2, ssrc, 4);
		Utils::Byte::Set4Bytes(iv.bytes, 8, index);
		applySalt(iv, this->salt);

		return iv;
	}

	std::array<uint8_t, RtcpHeaderLength + RtcpTrailerLength> getRtcpAad(
	  const uint8_t* header, const uint8_t* trailer)
	{
		std::array<uint8_t, RtcpHeaderLength + RtcpTrailerLength> aad;

		std::copy_n(header, RtcpHeaderLength, aad.begin());
		std::copy_n(trailer, RtcpTrailerLength, aad.begin() + RtcpHeaderLength);

		return aad;
	}

	size_t getRtpHeaderLength(const uint8_t* packet, size_t len)
	{
		if (len < RtpFixedHeaderLength)
		{
			return 0;
		}

		size_t headerLen = RtpFixedHeaderLength + 4 * (packet[0] & 0x0F);

		if ((packet[0] & 0x10) != 0)
		{
			if (len < headerLen + 4)
			{
				return 0;
			}

			headerLen += 4 + 4 * ((packet[headerLen + 2] << 8) | packet[headerLen + 3]);
		}

		return headerLen <= len ? headerLen : 0;
	}
} // namespace SrtpGcm
