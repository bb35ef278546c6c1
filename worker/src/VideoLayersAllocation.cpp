#include "VideoLayersAllocation.hpp"

std::optional<VideoLayersAllocation> VideoLayersAllocation::Parse(const uint8_t* data, size_t len)
{
	constexpr size_t SizeBytes{ 5 };
	constexpr uint32_t MaxKbps{ 1000000 };

	VideoLayersAllocation allocation;
	size_t at{ 0 };
	const auto next = [&]() -> uint8_t
	{
		const size_t here = at++;

		return here < len ? data[here] : 0;
	};

	if (len == 0)
	{
		return std::nullopt;
	}

	// Nothing is sent.
	if (len == 1 && data[0] == 0)
	{
		return allocation;
	}

	const uint8_t head    = next();
	const size_t streams  = ((head >> 4) & 0x03) + 1;
	const uint8_t shared  = head & 0x0f;
	uint8_t masks[4]      = { shared, shared, shared, shared };

	for (size_t stream{ 0 }; shared == 0 && stream < streams; stream += 2)
	{
		const uint8_t two = next();

		masks[stream]     = two >> 4;
		masks[stream + 1] = two & 0x0f;
	}

	for (uint8_t stream{ 0 }; stream < streams; ++stream)
	{
		for (uint8_t layer{ 0 }; layer < 4; ++layer)
		{
			if (masks[stream] & (1 << layer))
			{
				allocation.layers.push_back({ stream, layer, {}, std::nullopt });
			}
		}
	}

	uint8_t counts{ 0 };

	for (size_t layer{ 0 }; layer < allocation.layers.size(); ++layer)
	{
		if (layer % 4 == 0)
		{
			counts = next();
		}

		allocation.layers[layer].targetBitrates.resize(((counts >> (6 - (2 * (layer % 4)))) & 0x03) + 1);
	}

	for (auto& layer : allocation.layers)
	{
		for (auto& bitrate : layer.targetBitrates)
		{
			uint32_t kbps{ 0 };

			// LEB128.
			for (size_t shift{ 0 };; shift += 7)
			{
				const uint8_t part = next();

				kbps |= shift < 28 ? static_cast<uint32_t>(part & 0x7f) << shift : 0;

				if ((part & 0x80) == 0 || at > len)
				{
					break;
				}
			}

			if (kbps > MaxKbps)
			{
				return std::nullopt;
			}

			bitrate = kbps * 1000;
		}
	}

	if (at > len)
	{
		return std::nullopt;
	}

	// Sizes are left out in most packets.
	if (len - at < allocation.layers.size() * SizeBytes)
	{
		return allocation;
	}

	for (auto& layer : allocation.layers)
	{
		const uint8_t* size = data + at;

		layer.size = PictureSize{ static_cast<uint16_t>(((size[0] << 8) | size[1]) + 1),
			                        static_cast<uint16_t>(((size[2] << 8) | size[3]) + 1) };
		at += SizeBytes; // the last is a frame rate, which is counted
	}

	return allocation;
}
