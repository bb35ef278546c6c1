#ifndef TRESTLE_SRTP_GCM_SENDER_HPP
#define TRESTLE_SRTP_GCM_SENDER_HPP

#include "MemoryAhead.hpp"
#include "SrtpGcm.hpp"
#include "SrtpJournal.hpp"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <srtp2/srtp.h>
#include <unordered_map>

/**
 * Protects outgoing RTP and RTCP with AEAD_AES_128_GCM or AEAD_AES_256_GCM (RFC 7714) under one
 * master key.
 *
 * Debian's libsrtp2 does AES-GCM through NSS: 0.9 us for a packet of 1,100 bytes, more than
 * twice of what OpenSSL needs and ten times of what GcmCipher does at best. This writes the
 * packet where it is sent from, too, instead of in place.
 *
 * GCM must never see a nonce (SSRC and packet index) twice under a key: that would reveal
 * the authentication key. So an index is protected once, whatever the caller does, and the
 * state of an SSRC lives as long as the key.
 */
class SrtpGcmSender
{
public:
	// Master key and salt of the profile, concatenated.
	SrtpGcmSender(srtp_profile_t profile, const uint8_t* master);
	SrtpGcmSender(const SrtpGcmSender&)            = delete;
	SrtpGcmSender& operator=(const SrtpGcmSender&) = delete;

public:
	// False if the key was refused: nothing else may be called then.
	bool IsValid() const
	{
		return this->rtp.valid && this->rtcp.valid;
	}
	// Writes the protected packet into `out` (which may be `in`). `outLen` is its capacity
	// before and the length of the packet after.
	srtp_err_status_t Protect(const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen);
	// Same for RTCP.
	srtp_err_status_t ProtectRtcp(const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen);
	// Write indexes down from now on. To be called before anything is protected.
	void SetJournal(std::shared_ptr<SrtpJournal::Session> journal)
	{
		this->journal = std::move(journal);
	}
	// Go on after what another process sent with this key.
	void Resume(const SrtpJournal::Stream& before);
	// What protecting the next RTP packet touches.
	void ListMemory(MemoryAhead& memoryAhead) const;

private:
	struct Stream
	{
		SrtpGcm::Window window;
		SrtpJournal::Stream* record{ nullptr };
	};

	Stream& GetStream(const uint8_t* ssrc);

private:
	// First what each RTP packet needs.
	SrtpGcm::Keys rtp;
	// The packets of a burst have the same SSRC, and about the same length.
	Stream* lastStream{ nullptr };
	uint32_t lastSsrc{ 0 };
	size_t lastLength{ 0 };
	SrtpGcm::Keys rtcp;
	std::shared_ptr<SrtpJournal::Session> journal;
	// Of the last SRTCP packet, where there is no journal to keep it.
	uint32_t rtcpIndex{ 0 };
	// NOTE: References to its elements stay valid.
	std::unordered_map<uint32_t, Stream> streams;
};

#endif
