#include "SrtpGcmSender.hpp"
#include "DepLibUV.hpp"
#include "Utils.hpp"
#include <cstring>
#include <uv.h>

SrtpGcmSender::SrtpGcmSender(srtp_profile_t profile, const uint8_t* master)
{
	if (this->rtp.Derive(profile, master, SrtpGcm::Label::RTP))
	{
		this->rtcp.Derive(profile, master, SrtpGcm::Label::RTCP);
	}
}

srtp_err_status_t SrtpGcmSender::Protect(const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	const size_t headerLen = SrtpGcm::getRtpHeaderLength(in, inLen);

	if (headerLen == 0 || *outLen < inLen + GcmCipher::TagLength)
	{
		return srtp_err_status_bad_param;
	}

	const auto seq = Utils::Byte::Get2Bytes(in, 2);
	uint64_t index;

	auto& stream = GetStream(in + 8);

	if (const auto err = stream.window.Find(seq, index); err != srtp_err_status_ok)
	{
		return err;
	}

	stream.window.Take(index);

	// NOTE: Before the packet leaves.
	if (stream.record && index == stream.window.GetHighest())
	{
		stream.record->index     = index;
		stream.record->timestamp = Utils::Byte::Get4Bytes(in, 4);
		stream.record->atUs      = static_cast<int64_t>(uv_now(DepLibUV::GetLoop())) * 1000;
	}

	if (out != in)
	{
		std::memcpy(out, in, headerLen);
	}

	// The header is authenticated, the payload encrypted as well.
	if (!this->rtp.cipher.Encrypt(
	      this->rtp.GetRtpIv(in + 8, index),
	      in,
	      headerLen,
	      in + headerLen,
	      inLen - headerLen,
	      out + headerLen,
	      out + inLen))
	{
		return srtp_err_status_cipher_fail;
	}

	this->lastLength = inLen;
	*outLen          = inLen + GcmCipher::TagLength;

	return srtp_err_status_ok;
}

srtp_err_status_t SrtpGcmSender::ProtectRtcp(const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	using namespace SrtpGcm;

	if (inLen < RtcpHeaderLength || *outLen < inLen + GcmCipher::TagLength + RtcpTrailerLength)
	{
		return srtp_err_status_bad_param;
	}

	const uint32_t index = this->journal ? this->journal->TakeRtcpIndex() : ++this->rtcpIndex;

	if (index > MaxRtcpIndex)
	{
		return srtp_err_status_key_expired;
	}

	uint8_t trailer[RtcpTrailerLength];

	Utils::Byte::Set4Bytes(trailer, 0, index | EncryptedFlag);

	const auto aad = getRtcpAad(in, trailer);

	if (out != in)
	{
		std::memcpy(out, in, RtcpHeaderLength);
	}

	if (!this->rtcp.cipher.Encrypt(
	      this->rtcp.GetRtcpIv(in + 4, index),
	      aad.data(),
	      aad.size(),
	      in + RtcpHeaderLength,
	      inLen - RtcpHeaderLength,
	      out + RtcpHeaderLength,
	      out + inLen))
	{
		return srtp_err_status_cipher_fail;
	}

	std::memcpy(out + inLen + GcmCipher::TagLength, trailer, RtcpTrailerLength);
	*outLen = inLen + GcmCipher::TagLength + RtcpTrailerLength;

	return srtp_err_status_ok;
}

void SrtpGcmSender::Resume(const SrtpJournal::Stream& before)
{
	uint8_t ssrcBytes[4];

	Utils::Byte::Set4Bytes(ssrcBytes, 0, before.ssrc);

	auto& stream = GetStream(ssrcBytes);

	stream.window.Resume(before.index);

	if (stream.record)
	{
		stream.record->index     = before.index;
		stream.record->timestamp = before.timestamp;
		stream.record->atUs      = before.atUs;
	}
}

void SrtpGcmSender::ListMemory(MemoryAhead& memoryAhead) const
{
	memoryAhead.Add(this->rtp);
	memoryAhead.Add(this->lastStream);
	memoryAhead.Add(this->lastSsrc);
	memoryAhead.Add(this->lastLength);

	if (this->lastStream)
	{
		memoryAhead.Add(this->lastStream->record);
		this->lastStream->window.ListMemory(memoryAhead);

		if (this->lastStream->record)
		{
			memoryAhead.Add(*this->lastStream->record);
		}
	}

	this->rtp.cipher.ListMemory(memoryAhead, this->lastLength);
}

SrtpGcmSender::Stream& SrtpGcmSender::GetStream(const uint8_t* ssrcBytes)
{
	uint32_t ssrc;

	std::memcpy(&ssrc, ssrcBytes, sizeof(ssrc));

	if (!this->lastStream || ssrc != this->lastSsrc)
	{
		const auto [it, isNew] = this->streams.try_emplace(ssrc);

		if (isNew && this->journal)
		{
			it->second.record =
			  this->journal->AddStream(Utils::Byte::Get4Bytes(ssrcBytes, 0), /*outgoing*/ true);
		}

		this->lastSsrc   = ssrc;
		this->lastStream = &it->second;
	}

	return *this->lastStream;
}
