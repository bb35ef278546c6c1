#ifndef TRESTLE_SRTP_GCM_SENDER_HPP
#define TRESTLE_SRTP_GCM_SENDER_HPP

#include "MemoryAhead.hpp"
#include "OpensslMemory.hpp"
#include "SrtpJournal.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <openssl/evp.h>
#include <srtp2/srtp.h>
#include <unordered_map>

/**
 * Protects outgoing RTP and RTCP with AEAD_AES_128_GCM or AEAD_AES_256_GCM (RFC 7714) under one
 * master key.
 *
 * Debian's libsrtp2 does AES-GCM through NSS: 0.9 us for a packet of 1,100 bytes. OpenSSL
 * needs half of it, and writes the packet where it is sent from instead of in place.
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
	static bool Supports(srtp_profile_t profile)
	{
		return profile == srtp_profile_aead_aes_128_gcm || profile == srtp_profile_aead_aes_256_gcm;
	}
	// False if OpenSSL refused the key: nothing else may be called then.
	bool IsValid() const
	{
		return this->rtp.ctx != nullptr && this->rtcp.ctx != nullptr;
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
	// Packets sent, by index modulo the size of the window.
	static constexpr uint64_t WindowSize{ 1024 };

	struct Stream
	{
		// Rollover counter and sequence number.
		uint64_t highestIndex{ 0 };
		std::array<uint64_t, WindowSize / 64> sent{};
		SrtpJournal::Stream* record{ nullptr };
	};

	// Of RTP or RTCP.
	struct Cipher
	{
		~Cipher();

		EVP_CIPHER_CTX* ctx{ nullptr };
		std::array<uint8_t, 12> salt{};
		// Where OpenSSL keeps key schedule and state.
		OpensslMemory::Pieces memory;
	};

	static bool Prepare(Cipher& cipher, srtp_profile_t profile, const uint8_t* master, uint8_t firstLabel);

	static srtp_err_status_t TakeIndex(Stream& stream, uint16_t seq, uint64_t& index);
	Stream& GetStream(const uint8_t* ssrc, uint16_t seq);

private:
	static constexpr size_t SaltLength{ 12 };
	static constexpr size_t TagLength{ 16 };

	Cipher rtp;
	Cipher rtcp;
	std::shared_ptr<SrtpJournal::Session> journal;
	// Of the last SRTCP packet, where there is no journal to keep it.
	uint32_t rtcpIndex{ 0 };
	// NOTE: References to its elements stay valid.
	std::unordered_map<uint32_t, Stream> streams;
	// The packets of a burst have the same SSRC.
	uint32_t lastSsrc{ 0 };
	Stream* lastStream{ nullptr };
};

#endif
