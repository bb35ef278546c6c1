#include "SrtpGcmReceiver.hpp"
#include "Utils.hpp"
#include <cstring>

SrtpGcmReceiver::SrtpGcmReceiver(srtp_profile_t profile, const uint8_t* master)
{
	if (this->rtp.Derive(profile, master, SrtpGcm::Label::RTP))
	{
		this->rtcp.Derive(profile, master, SrtpGcm::Label::RTCP);
	}
}

srtp_err_status_t SrtpGcmReceiver::Unprotect(const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	const size_t headerLen = SrtpGcm::getRtpHeaderLength(in, inLen);

	if (headerLen == 0 || inLen < headerLen + GcmCipher::TagLength)
	{
		return srtp_err_status_bad_param;
	}

	const auto seq  = Utils::Byte::Get2Bytes(in, 2);
	const auto ssrc = Utils::Byte::Get4Bytes(in, 8);
	auto* stream    = FindStream(ssrc);
	uint64_t index{ seq };

	if (stream)
	{
		if (const auto err = stream->rtp.Find(seq, index); err != srtp_err_status_ok)
		{
			return err;
		}
	}

	const size_t len = inLen - GcmCipher::TagLength;

	if (!this->rtp.cipher.Decrypt(
	      this->rtp.GetRtpIv(in + 8, index),
	      in,
	      headerLen,
	      in + headerLen,
	      len - headerLen,
	      out + headerLen,
	      in + len))
	{
		return srtp_err_status_auth_fail;
	}

	if (out != in)
	{
		std::memcpy(out, in, headerLen);
	}

	if (!stream)
	{
		stream = std::addressof(this->streams[ssrc]);
	}

	// NOTE: RTCP is not written down.
	if (this->journal && !stream->rtp.IsStarted())
	{
		stream->record = this->journal->AddStream(ssrc, /*outgoing*/ false);
	}

	stream->rtp.Take(index);

	if (stream->record)
	{
		stream->record->index = stream->rtp.GetHighest();
	}

	*outLen = len;

	return srtp_err_status_ok;
}

srtp_err_status_t SrtpGcmReceiver::UnprotectRtcp(
  const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	using namespace SrtpGcm;

	if (inLen < RtcpHeaderLength + GcmCipher::TagLength + RtcpTrailerLength)
	{
		return srtp_err_status_bad_param;
	}

	const size_t len    = inLen - RtcpTrailerLength - GcmCipher::TagLength;
	const auto* trailer = in + inLen - RtcpTrailerLength;
	const auto word     = Utils::Byte::Get4Bytes(trailer, 0);
	const auto index    = word & MaxRtcpIndex;
	const auto ssrc     = Utils::Byte::Get4Bytes(in, 4);
	auto* stream        = FindStream(ssrc);

	// The profiles encrypt.
	if ((word & EncryptedFlag) == 0)
	{
		return srtp_err_status_cant_check;
	}

	if (stream)
	{
		if (const auto err = stream->rtcp.Check(index); err != srtp_err_status_ok)
		{
			return err;
		}
	}

	const auto aad = getRtcpAad(in, trailer);

	if (!this->rtcp.cipher.Decrypt(
	      this->rtcp.GetRtcpIv(in + 4, index),
	      aad.data(),
	      aad.size(),
	      in + RtcpHeaderLength,
	      len - RtcpHeaderLength,
	      out + RtcpHeaderLength,
	      in + len))
	{
		return srtp_err_status_auth_fail;
	}

	if (out != in)
	{
		std::memcpy(out, in, RtcpHeaderLength);
	}

	(stream ? *stream : this->streams[ssrc]).rtcp.Take(index);
	*outLen = len;

	return srtp_err_status_ok;
}

void SrtpGcmReceiver::Resume(const SrtpJournal::Stream& before)
{
	auto& stream = this->streams[before.ssrc];

	stream.rtp.Resume(before.index);

	if (this->journal)
	{
		stream.record = this->journal->AddStream(before.ssrc, /*outgoing*/ false);
	}

	if (stream.record)
	{
		stream.record->index = before.index;
	}
}

void SrtpGcmReceiver::RemoveStream(uint32_t ssrc)
{
	const auto it = this->streams.find(ssrc);

	if (it == this->streams.end())
	{
		return;
	}

	if (it->second.record)
	{
		this->journal->RemoveStream(it->second.record);
	}

	this->streams.erase(it);
}

SrtpGcmReceiver::Stream* SrtpGcmReceiver::FindStream(uint32_t ssrc)
{
	const auto it = this->streams.find(ssrc);

	return it == this->streams.end() ? nullptr : std::addressof(it->second);
}
