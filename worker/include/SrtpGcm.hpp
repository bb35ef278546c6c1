#ifndef TRESTLE_SRTP_GCM_HPP
#define TRESTLE_SRTP_GCM_HPP

#include "GcmCipher.hpp"
#include "PacketWindow.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <srtp2/srtp.h>

/**
 * What sending and receiving with AEAD_AES_128_GCM and AEAD_AES_256_GCM (RFC 7714) have in
 * common.
 */
namespace SrtpGcm
{
	inline constexpr size_t RtcpHeaderLength{ 8 };
	/**
	 * After the tag of an SRTCP packet: the index.
	 */
	inline constexpr size_t RtcpTrailerLength{ 4 };
	/**
	 * RFC 3711 section 3.4: the index has 31 bits, the first bit says that the packet is
	 * encrypted.
	 */
	inline constexpr uint32_t MaxRtcpIndex{ 0x7FFFFFFF };
	inline constexpr uint32_t EncryptedFlag{ 0x80000000 };

	/**
	 * Of the packets of a stream.
	 */
	using Window = PacketWindow<1024>;

	inline bool supports(srtp_profile_t profile)
	{
		return profile == srtp_profile_aead_aes_128_gcm || profile == srtp_profile_aead_aes_256_gcm;
	}

	/**
	 * Labels of RFC 3711 section 4.3.1.
	 */
	enum class Label : uint8_t
	{
		RTP  = 0,
		RTCP = 3
	};

	/**
	 * Cipher and salt of RTP or RTCP under a master key.
	 */
	struct Keys
	{
		/**
		 * `master` are key and salt of the profile, concatenated. False if OpenSSL refused them.
		 */
		bool Derive(srtp_profile_t profile, const uint8_t* master, Label label);
		/**
		 * RFC 7714 section 8.1. `ssrc` as it is in the packet, `index` being rollover counter and
		 * sequence number.
		 */
		GcmCipher::Iv GetRtpIv(const uint8_t* ssrc, uint64_t index) const;
		/**
		 * RFC 7714 section 9.1.
		 */
		GcmCipher::Iv GetRtcpIv(const uint8_t* ssrc, uint32_t index) const;

		GcmCipher cipher;
		std::array<uint8_t, GcmCipher::IvLength> salt{};
		bool valid{ false };
	};

	/**
	 * What SRTCP authenticates without encrypting it: header and trailer.
	 */
	std::array<uint8_t, RtcpHeaderLength + RtcpTrailerLength> getRtcpAad(
	  const uint8_t* header, const uint8_t* trailer);

	/**
	 * Length of the RTP header with CSRCs and header extension, 0 if the packet is too short.
	 */
	size_t getRtpHeaderLength(const uint8_t* packet, size_t len);
} // namespace SrtpGcm

#endif
