#ifndef TRESTLE_PICTURE_SIZE_HPP
#define TRESTLE_PICTURE_SIZE_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/**
 * Width and height of a picture as the headers of its key frame have them.
 *
 * What is encrypted end to end gives none, or, with luck of one in thousands, a wrong one.
 * Nothing behind the headers is read.
 */
struct PictureSize
{
	uint16_t width{ 0 };
	uint16_t height{ 0 };

	bool operator==(const PictureSize&) const = default;

	/**
	 * VP8 (RFC 7741 §4.2, RFC 6386 §9.1): the first packet of a key frame.
	 */
	static std::optional<PictureSize> FromVp8(const uint8_t* payload, size_t len);
	/**
	 * VP9 (RFC 9628 §4.2): one size for each spatial layer, from the scalability structure, else
	 * from the frame header of the lowest one. Empty if the packet has neither.
	 */
	static std::vector<PictureSize> FromVp9(const uint8_t* payload, size_t len);
	/**
	 * H264 (RFC 6184, ITU-T H.264 §7.3.2.1): a packet with a sequence parameter set.
	 */
	static std::optional<PictureSize> FromH264(const uint8_t* payload, size_t len);
	/**
	 * AV1 (RTP payload format §4.4, AV1 §5.5): a packet that starts with a sequence header. It is
	 * the size of the highest spatial layer.
	 */
	static std::optional<PictureSize> FromAv1(const uint8_t* payload, size_t len);
};

#endif
