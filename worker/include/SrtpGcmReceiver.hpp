#ifndef TRESTLE_SRTP_GCM_RECEIVER_HPP
#define TRESTLE_SRTP_GCM_RECEIVER_HPP

#include "SrtpGcm.hpp"
#include "SrtpJournal.hpp"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <srtp2/srtp.h>
#include <unordered_map>

/**
 * Opens received RTP and RTCP with AEAD_AES_128_GCM or AEAD_AES_256_GCM (RFC 7714) under one
 * master key.
 *
 * The state of an SSRC begins with its first authentic packet. How many there may be is the
 * business of RTC::SrtpSession.
 */
class SrtpGcmReceiver
{
public:
	// Master key and salt of the profile, concatenated.
	SrtpGcmReceiver(srtp_profile_t profile, const uint8_t* master);
	SrtpGcmReceiver(const SrtpGcmReceiver&)            = delete;
	SrtpGcmReceiver& operator=(const SrtpGcmReceiver&) = delete;

public:
	// False if the key was refused: nothing else may be called then.
	bool IsValid() const
	{
		return this->rtp.valid && this->rtcp.valid;
	}
	// Writes the packet in clear into `out`, which may be `in` and has room for as much.
	// If it fails, what was written is worthless.
	srtp_err_status_t Unprotect(const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen);
	// Same for RTCP.
	srtp_err_status_t UnprotectRtcp(const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen);
	// Write indexes down from now on. To be called before anything is received.
	void SetJournal(std::shared_ptr<SrtpJournal::Session> journal)
	{
		this->journal = std::move(journal);
	}
	// Go on after what another process received with this key, taking nothing of that again.
	void Resume(const SrtpJournal::Stream& before);
	void RemoveStream(uint32_t ssrc);

private:
	struct Stream
	{
		SrtpGcm::Window rtp;
		SrtpGcm::Window rtcp;
		SrtpJournal::Stream* record{ nullptr };
	};

	Stream* FindStream(uint32_t ssrc);

private:
	SrtpGcm::Keys rtp;
	SrtpGcm::Keys rtcp;
	std::shared_ptr<SrtpJournal::Session> journal;
	// NOTE: References to its elements stay valid.
	std::unordered_map<uint32_t, Stream> streams;
};

#endif
