#ifndef TRESTLE_VIDEO_LAYERS_ALLOCATION_HPP
#define TRESTLE_VIDEO_LAYERS_ALLOCATION_HPP

#include "PictureSize.hpp"
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/**
 * What a sender says of the layers it sends: header extension
 * http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00.
 */
struct VideoLayersAllocation
{
	struct SpatialLayer
	{
		// Place of the RTP stream among those of the source.
		uint8_t stream{ 0 };
		uint8_t spatialLayer{ 0 };
		// Of the temporal layers, each with those below (bit/s).
		std::vector<uint32_t> targetBitrates;
		std::optional<PictureSize> size;
	};

	// Those that are sent, in order.
	std::vector<SpatialLayer> layers;

	static std::optional<VideoLayersAllocation> Parse(const uint8_t* data, size_t len);
};

#endif
