#include "SrtpGcmSender.hpp"
#include "DepLibUV.hpp"
#include <cstring>
#include <uv.h>

namespace
{
	constexpr size_t RtpFixedHeaderLength{ 12 };
	constexpr size_t RtcpHeaderLength{ 8 };
	// RFC 3711 section 3.4: the index has 31 bits, the first bit says that the packet is encrypted.
	constexpr uint32_t MaxRtcpIndex{ 0x7FFFFFFF };
	constexpr uint32_t EncryptedFlag{ 0x80000000 };
	constexpr size_t MaxKeyLength{ 32 };

	// Labels of RFC 3711 section 4.3.1.
	constexpr uint8_t RtpLabel{ 0 };
	constexpr uint8_t RtcpLabel{ 3 };
	constexpr uint8_t SaltLabelDistance{ 2 };

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

	uint32_t readBigEndian(const uint8_t* data)
	{
		return uint32_t{ data[0] } << 24 | uint32_t{ data[1] } << 16 | uint32_t{ data[2] } << 8 | data[3];
	}

	void writeBigEndian(uint8_t* data, uint32_t value)
	{
		for (size_t i{ 0 }; i < sizeof(value); ++i)
		{
			data[i] = static_cast<uint8_t>(value >> (8 * (3 - i)));
		}
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

SrtpGcmSender::Cipher::~Cipher()
{
	EVP_CIPHER_CTX_free(this->ctx);
}

SrtpGcmSender::SrtpGcmSender(srtp_profile_t profile, const uint8_t* master)
{
	if (Prepare(this->rtp, profile, master, RtpLabel))
	{
		Prepare(this->rtcp, profile, master, RtcpLabel);
	}
}

bool SrtpGcmSender::Prepare(
  Cipher& cipher, srtp_profile_t profile, const uint8_t* master, uint8_t firstLabel)
{
	const bool is256        = profile == srtp_profile_aead_aes_256_gcm;
	const int keyLen        = is256 ? 32 : 16;
	const auto* counterMode = is256 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
	const auto* masterSalt  = master + keyLen;
	uint8_t key[MaxKeyLength];

	if (
	  !derive(counterMode, master, masterSalt, firstLabel, key, keyLen) ||
	  !derive(counterMode, master, masterSalt, firstLabel + SaltLabelDistance, cipher.salt.data(), SaltLength))
	{
		return false;
	}

	const OpensslMemory::Watch watch(cipher.memory);

	cipher.ctx = EVP_CIPHER_CTX_new();

	if (
	  cipher.ctx &&
	  EVP_EncryptInit_ex(
	    cipher.ctx, is256 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), nullptr, key, nullptr) != 1)
	{
		EVP_CIPHER_CTX_free(cipher.ctx);
		cipher.ctx = nullptr;
	}

	OPENSSL_cleanse(key, sizeof(key));

	return cipher.ctx != nullptr;
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

	auto& stream = GetStream(in + 8, seq);

	if (const auto err = TakeIndex(stream, seq, index); err != srtp_err_status_ok)
	{
		return err;
	}

	// NOTE: Before the packet leaves.
	if (stream.record && index == stream.highestIndex)
	{
		stream.record->index     = index;
		stream.record->timestamp = readBigEndian(in + 4);
		stream.record->atUs      = static_cast<int64_t>(uv_now(DepLibUV::GetLoop())) * 1000;
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
		iv[i] ^= this->rtp.salt[i];
	}

	if (out != in)
	{
		std::memcpy(out, in, headerLen);
	}

	const auto payloadLen = static_cast<int>(inLen - headerLen);
	int written;

	// The header is authenticated, the payload encrypted as well.
	if (
	  EVP_EncryptInit_ex(this->rtp.ctx, nullptr, nullptr, nullptr, iv) != 1 ||
	  EVP_EncryptUpdate(this->rtp.ctx, nullptr, &written, in, static_cast<int>(headerLen)) != 1 ||
	  EVP_EncryptUpdate(this->rtp.ctx, out + headerLen, &written, in + headerLen, payloadLen) != 1 ||
	  EVP_EncryptFinal_ex(this->rtp.ctx, out + inLen, &written) != 1 ||
	  EVP_CIPHER_CTX_ctrl(this->rtp.ctx, EVP_CTRL_AEAD_GET_TAG, TagLength, out + inLen) != 1)
	{
		return srtp_err_status_cipher_fail;
	}

	*outLen = inLen + TagLength;

	return srtp_err_status_ok;
}

srtp_err_status_t SrtpGcmSender::ProtectRtcp(const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	if (inLen < RtcpHeaderLength || *outLen < inLen + TagLength + sizeof(uint32_t))
	{
		return srtp_err_status_bad_param;
	}

	const uint32_t index = this->journal ? this->journal->TakeRtcpIndex() : ++this->rtcpIndex;

	if (index > MaxRtcpIndex)
	{
		return srtp_err_status_key_expired;
	}

	// RFC 7714 section 9.1: two zeros, SSRC, two zeros, index.
	uint8_t iv[SaltLength]{};

	std::memcpy(iv + 2, in + 4, 4);
	writeBigEndian(iv + 8, index);

	for (size_t i{ 0 }; i < SaltLength; ++i)
	{
		iv[i] ^= this->rtcp.salt[i];
	}

	uint8_t trailer[sizeof(uint32_t)];

	writeBigEndian(trailer, index | EncryptedFlag);

	auto* ctx             = this->rtcp.ctx;
	const auto payloadLen = static_cast<int>(inLen - RtcpHeaderLength);
	int written;

	if (out != in)
	{
		std::memcpy(out, in, RtcpHeaderLength);
	}

	// Header and trailer are authenticated, what is between them encrypted as well.
	if (
	  EVP_EncryptInit_ex(ctx, nullptr, nullptr, nullptr, iv) != 1 ||
	  EVP_EncryptUpdate(ctx, nullptr, &written, in, RtcpHeaderLength) != 1 ||
	  EVP_EncryptUpdate(ctx, nullptr, &written, trailer, sizeof(trailer)) != 1 ||
	  EVP_EncryptUpdate(ctx, out + RtcpHeaderLength, &written, in + RtcpHeaderLength, payloadLen) != 1 ||
	  EVP_EncryptFinal_ex(ctx, out + inLen, &written) != 1 ||
	  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TagLength, out + inLen) != 1)
	{
		return srtp_err_status_cipher_fail;
	}

	std::memcpy(out + inLen + TagLength, trailer, sizeof(trailer));
	*outLen = inLen + TagLength + sizeof(trailer);

	return srtp_err_status_ok;
}

void SrtpGcmSender::Resume(const SrtpJournal::Stream& before)
{
	uint8_t ssrcBytes[4];

	writeBigEndian(ssrcBytes, before.ssrc);

	auto& stream = GetStream(ssrcBytes, static_cast<uint16_t>(before.index));

	stream.highestIndex = before.index;
	// Which ones below were sent is not known.
	stream.sent.fill(~uint64_t{ 0 });

	if (stream.record)
	{
		stream.record->index     = before.index;
		stream.record->timestamp = before.timestamp;
		stream.record->atUs      = before.atUs;
	}
}

void SrtpGcmSender::ListMemory(MemoryAhead& memoryAhead) const
{
	memoryAhead.Add(*this);

	if (this->lastStream)
	{
		const auto next = (this->lastStream->highestIndex + 1) % WindowSize;

		memoryAhead.Add(this->lastStream->highestIndex);
		memoryAhead.Add(this->lastStream->record);
		memoryAhead.Add(this->lastStream->sent[next / 64]);

		if (this->lastStream->record)
		{
			memoryAhead.Add(*this->lastStream->record);
		}
	}

	for (const auto& [data, len] : this->rtp.memory)
	{
		memoryAhead.Add(data, len);
	}
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

			if (this->journal)
			{
				it->second.record = this->journal->AddStream(readBigEndian(ssrcBytes), true);
			}
		}

		this->lastSsrc   = ssrc;
		this->lastStream = &it->second;
	}

	return *this->lastStream;
}
