#include "SrtpGcmSender.hpp"
#include <cstring>

namespace
{
	constexpr size_t RtpFixedHeaderLength{ 12 };
	constexpr size_t MaxKeyLength{ 32 };

	// Labels of RFC 3711 section 4.3.1.
	constexpr uint8_t EncryptionKeyLabel{ 0 };
	constexpr uint8_t SaltLabel{ 2 };

	// RFC 3711 section 4.3 with a key derivation rate of 0 and, as RFC 7714 section 11 says,
	// a salt of 96 bits.
	bool derive(
	  const EVP_CIPHER* cipher, const uint8_t* key, const uint8_t* salt, uint8_t label, uint8_t* out, int len)
	{
		static constexpr uint8_t Zeros[MaxKeyLength]{};

		uint8_t iv[16]{};
		int written{ 0 };

		std::memcpy(iv, salt, 12);
		iv[7] ^= label;

		auto* ctx     = EVP_CIPHER_CTX_new();
		const bool ok = ctx && EVP_EncryptInit_ex(ctx, cipher, nullptr, key, iv) == 1 &&
		                EVP_EncryptUpdate(ctx, out, &written, Zeros, len) == 1;

		EVP_CIPHER_CTX_free(ctx);

		return ok;
	}

	// Length of the RTP header with CSRCs and header extension, 0 if the packet is too short.
	size_t getHeaderLength(const uint8_t* packet, size_t len)
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
} // namespace

SrtpGcmSender::SrtpGcmSender(srtp_profile_t profile, const uint8_t* master)
{
	const bool is256        = profile == srtp_profile_aead_aes_256_gcm;
	const int keyLen        = is256 ? 32 : 16;
	const auto* counterMode = is256 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
	const auto* masterSalt  = master + keyLen;
	uint8_t key[MaxKeyLength];

	if (
	  !derive(counterMode, master, masterSalt, EncryptionKeyLabel, key, keyLen) ||
	  !derive(counterMode, master, masterSalt, SaltLabel, this->salt.data(), SaltLength))
	{
		return;
	}

	this->ctx = EVP_CIPHER_CTX_new();

	if (
	  this->ctx &&
	  EVP_EncryptInit_ex(
	    this->ctx, is256 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), nullptr, key, nullptr) != 1)
	{
		EVP_CIPHER_CTX_free(this->ctx);
		this->ctx = nullptr;
	}

	OPENSSL_cleanse(key, sizeof(key));
}

SrtpGcmSender::~SrtpGcmSender()
{
	EVP_CIPHER_CTX_free(this->ctx);
}

srtp_err_status_t SrtpGcmSender::Protect(const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	const size_t headerLen = getHeaderLength(in, inLen);

	if (headerLen == 0 || *outLen < inLen + TagLength)
	{
		return srtp_err_status_bad_param;
	}

	const auto seq = static_cast<uint16_t>((in[2] << 8) | in[3]);
	uint64_t index;

	if (const auto err = TakeIndex(GetStream(in + 8, seq), seq, index); err != srtp_err_status_ok)
	{
		return err;
	}

	// RFC 7714 section 8.1: two zeros, SSRC, rollover counter, sequence number.
	uint8_t iv[SaltLength]{};

	std::memcpy(iv + 2, in + 8, 4);

	for (size_t i{ 0 }; i < 6; ++i)
	{
		iv[6 + i] = static_cast<uint8_t>(index >> (8 * (5 - i)));
	}

	for (size_t i{ 0 }; i < SaltLength; ++i)
	{
		iv[i] ^= this->salt[i];
	}

	if (out != in)
	{
		std::memcpy(out, in, headerLen);
	}

	const auto payloadLen = static_cast<int>(inLen - headerLen);
	int written;

	// The header is authenticated, the payload encrypted as well.
	if (
	  EVP_EncryptInit_ex(this->ctx, nullptr, nullptr, nullptr, iv) != 1 ||
	  EVP_EncryptUpdate(this->ctx, nullptr, &written, in, static_cast<int>(headerLen)) != 1 ||
	  EVP_EncryptUpdate(this->ctx, out + headerLen, &written, in + headerLen, payloadLen) != 1 ||
	  EVP_EncryptFinal_ex(this->ctx, out + inLen, &written) != 1 ||
	  EVP_CIPHER_CTX_ctrl(this->ctx, EVP_CTRL_AEAD_GET_TAG, TagLength, out + inLen) != 1)
	{
		return srtp_err_status_cipher_fail;
	}

	*outLen = inLen + TagLength;

	return srtp_err_status_ok;
}

// Finds the index nearest to the highest one (RFC 3711 section 3.3.1) and marks it as used.
srtp_err_status_t SrtpGcmSender::TakeIndex(Stream& stream, uint16_t seq, uint64_t& index)
{
	const auto delta = static_cast<int16_t>(seq - static_cast<uint16_t>(stream.highestIndex));

	if (delta > 0)
	{
		index = stream.highestIndex + static_cast<uint64_t>(delta);

		if (static_cast<uint64_t>(delta) >= WindowSize)
		{
			stream.sent.fill(0);
		}
		else
		{
			for (auto skipped = stream.highestIndex + 1; skipped < index; ++skipped)
			{
				stream.sent[(skipped % WindowSize) / 64] &= ~(uint64_t{ 1 } << (skipped % 64));
			}
		}

		stream.highestIndex = index;
	}
	else
	{
		const auto behind = static_cast<uint64_t>(-static_cast<int32_t>(delta));

		if (behind >= WindowSize || behind > stream.highestIndex)
		{
			return srtp_err_status_replay_old;
		}

		index = stream.highestIndex - behind;

		if ((stream.sent[(index % WindowSize) / 64] & (uint64_t{ 1 } << (index % 64))) != 0)
		{
			return srtp_err_status_replay_fail;
		}
	}

	stream.sent[(index % WindowSize) / 64] |= uint64_t{ 1 } << (index % 64);

	return srtp_err_status_ok;
}

SrtpGcmSender::Stream& SrtpGcmSender::GetStream(const uint8_t* ssrcBytes, uint16_t seq)
{
	uint32_t ssrc;

	std::memcpy(&ssrc, ssrcBytes, sizeof(ssrc));

	if (!this->lastStream || ssrc != this->lastSsrc)
	{
		const auto [it, isNew] = this->streams.try_emplace(ssrc);

		if (isNew)
		{
			it->second.highestIndex = seq;
		}

		this->lastSsrc   = ssrc;
		this->lastStream = &it->second;
	}

	return *this->lastStream;
}
