#include "PictureSize.hpp"
#include <algorithm>
#include <array>

namespace
{
	constexpr uint32_t MinSide{ 16 };
	constexpr uint32_t MaxSide{ 16384 };

	/**
	 * Reads bits; past the end it reads zeros and is not good any more.
	 */
	class Bits
	{
	public:
		Bits(const uint8_t* data, size_t len) : data(data), bits(len * 8)
		{
		}

		uint32_t Read(size_t count)
		{
			uint32_t value{ 0 };

			for (size_t i{ 0 }; i < count; ++i)
			{
				value = (value << 1) | ReadBit();
			}

			return value;
		}

		/**
		 * Exp-Golomb (ITU-T H.264 §9.1).
		 */
		uint32_t ReadUe()
		{
			size_t zeros{ 0 };

			while (IsGood() && zeros < 32 && ReadBit() == 0)
			{
				zeros++;
			}

			return zeros >= 32 ? Fail() : ((1u << zeros) - 1) + Read(zeros);
		}

		int32_t ReadSe()
		{
			const uint32_t value = ReadUe();

			return value & 1 ? static_cast<int32_t>((value + 1) / 2) : -static_cast<int32_t>(value / 2);
		}

		bool IsGood() const
		{
			return this->position <= this->bits;
		}

	private:
		uint32_t ReadBit()
		{
			const size_t at = this->position++;

			return at < this->bits ? (this->data[at / 8] >> (7 - (at % 8))) & 1 : 0;
		}

		uint32_t Fail()
		{
			this->position = this->bits + 1;

			return 0;
		}

	private:
		const uint8_t* data;
		size_t bits;
		size_t position{ 0 };
	};

	std::optional<PictureSize> Plausible(uint32_t width, uint32_t height)
	{
		const auto [shorter, longer] = std::minmax(width, height);

		if (shorter < MinSide || longer > MaxSide || longer / shorter >= 16)
		{
			return std::nullopt;
		}

		return PictureSize{ static_cast<uint16_t>(width), static_cast<uint16_t>(height) };
	}

	/**
	 * A position in a payload that cannot leave it.
	 */
	class Bytes
	{
	public:
		Bytes(const uint8_t* data, size_t len) : data(data), len(len)
		{
		}

		/**
		 * The next byte; 0 past the end.
		 */
		uint8_t Next()
		{
			const size_t at = this->position++;

			return at < this->len ? this->data[at] : 0;
		}

		uint16_t NextTwo()
		{
			const auto high = static_cast<uint16_t>(Next() << 8);

			return static_cast<uint16_t>(high | Next());
		}

		void Skip(size_t count)
		{
			this->position += count;
		}

		bool IsGood() const
		{
			return this->position <= this->len;
		}

		const uint8_t* Rest() const
		{
			return this->data + this->position;
		}

		size_t Left() const
		{
			return this->position < this->len ? this->len - this->position : 0;
		}

	private:
		const uint8_t* data;
		size_t len;
		size_t position{ 0 };
	};

	/**
	 * VP9 bitstream §6.2: the uncompressed header up to the frame size; key frames only.
	 */
	std::optional<PictureSize> FromVp9FrameHeader(const uint8_t* data, size_t len)
	{
		constexpr uint32_t FrameMarker{ 2 };
		constexpr uint32_t SyncCode{ 0x498342 };
		constexpr uint32_t Rgb{ 7 };

		Bits bits(data, len);

		if (bits.Read(2) != FrameMarker)
		{
			return std::nullopt;
		}

		const uint32_t profileLow = bits.Read(1);
		const uint32_t profile    = (bits.Read(1) << 1) | profileLow;

		if (profile == 3)
		{
			bits.Read(1);
		}

		const bool showExistingFrame = bits.Read(1) == 1;
		const bool isKeyFrame        = bits.Read(1) == 0;

		bits.Read(2); // show_frame, error_resilient_mode

		if (showExistingFrame || !isKeyFrame || bits.Read(24) != SyncCode)
		{
			return std::nullopt;
		}

		if (profile >= 2)
		{
			bits.Read(1);
		}

		const bool isRgb = bits.Read(3) == Rgb;

		if (!isRgb)
		{
			bits.Read(1);
		}

		if (profile == 1 || profile == 3)
		{
			bits.Read(isRgb ? 1 : 3);
		}

		const uint32_t width  = bits.Read(16) + 1;
		const uint32_t height = bits.Read(16) + 1;

		return bits.IsGood() ? Plausible(width, height) : std::nullopt;
	}

	/**
	 * Skips the lists of a sequence parameter set (ITU-T H.264 §7.3.2.1.1.1).
	 */
	void SkipScalingLists(Bits& bits, size_t lists)
	{
		for (size_t list{ 0 }; list < lists; ++list)
		{
			if (bits.Read(1) == 0)
			{
				continue;
			}

			int32_t last{ 8 };
			int32_t next{ 8 };

			for (size_t i{ 0 }; i < (list < 6 ? 16u : 64u); ++i)
			{
				if (next != 0)
				{
					next = static_cast<int32_t>((int64_t{ last } + bits.ReadSe() + 256) % 256);
				}

				last = next == 0 ? last : next;
			}
		}
	}

	std::optional<PictureSize> FromSequenceParameterSet(const uint8_t* data, size_t len)
	{
		constexpr std::array<uint32_t, 10> HighProfiles{ 100, 110, 122, 244, 44, 83, 86, 118, 128, 138 };

		// Without the bytes that keep start codes out (§7.4.1).
		std::vector<uint8_t> plain;

		for (size_t i{ 0 }, zeros{ 0 }; i < len; ++i)
		{
			if (zeros >= 2 && data[i] == 3)
			{
				zeros = 0;

				continue;
			}

			zeros = data[i] == 0 ? zeros + 1 : 0;
			plain.push_back(data[i]);
		}

		Bits bits(plain.data(), plain.size());
		const uint32_t profile = bits.Read(8);
		uint32_t chromaFormat{ 1 };

		bits.Read(16); // constraints, level
		bits.ReadUe(); // id

		if (std::ranges::find(HighProfiles, profile) != HighProfiles.end())
		{
			chromaFormat = bits.ReadUe();

			if (chromaFormat == 3)
			{
				bits.Read(1);
			}

			bits.ReadUe();
			bits.ReadUe();
			bits.Read(1);

			if (bits.Read(1) == 1)
			{
				SkipScalingLists(bits, chromaFormat == 3 ? 12 : 8);
			}
		}

		bits.ReadUe(); // log2_max_frame_num_minus4

		const uint32_t pictureOrder = bits.ReadUe();

		if (pictureOrder == 0)
		{
			bits.ReadUe();
		}
		else if (pictureOrder == 1)
		{
			bits.Read(1);
			bits.ReadSe();
			bits.ReadSe();

			for (uint32_t left = bits.ReadUe(); left > 0 && bits.IsGood(); --left)
			{
				bits.ReadSe();
			}
		}

		bits.ReadUe(); // max_num_ref_frames
		bits.Read(1);

		const uint64_t macroblocksAcross = uint64_t{ bits.ReadUe() } + 1;
		const uint64_t mapUnitsDown      = uint64_t{ bits.ReadUe() } + 1;
		const uint32_t framesOnly        = bits.Read(1);

		if (framesOnly == 0)
		{
			bits.Read(1);
		}

		bits.Read(1);

		uint64_t cropAcross{ 0 };
		uint64_t cropDown{ 0 };

		if (bits.Read(1) == 1)
		{
			cropAcross = uint64_t{ bits.ReadUe() } + bits.ReadUe();
			cropDown   = uint64_t{ bits.ReadUe() } + bits.ReadUe();
		}

		if (!bits.IsGood() || macroblocksAcross > MaxSide / 16 || mapUnitsDown > MaxSide / 16)
		{
			return std::nullopt;
		}

		const uint64_t unitAcross = chromaFormat == 1 || chromaFormat == 2 ? 2 : 1;
		const uint64_t unitDown   = (chromaFormat == 1 ? 2 : 1) * (2 - framesOnly);
		const uint64_t width      = macroblocksAcross * 16;
		const uint64_t height     = mapUnitsDown * 16 * (2 - framesOnly);

		if (cropAcross * unitAcross >= width || cropDown * unitDown >= height)
		{
			return std::nullopt;
		}

		return Plausible(
		  static_cast<uint32_t>(width - (cropAcross * unitAcross)),
		  static_cast<uint32_t>(height - (cropDown * unitDown)));
	}

	std::optional<PictureSize> FromSequenceHeader(const uint8_t* data, size_t len)
	{
		Bits bits(data, len);

		if (bits.Read(3) > 2) // seq_profile
		{
			return std::nullopt;
		}

		bits.Read(1); // still_picture

		if (bits.Read(1) == 1) // reduced_still_picture_header
		{
			bits.Read(5);
		}
		else
		{
			// With timing information comes what calls do not have.
			if (bits.Read(1) == 1)
			{
				return std::nullopt;
			}

			const bool hasDisplayDelay = bits.Read(1) == 1;

			for (uint32_t points = bits.Read(5) + 1; points > 0; --points)
			{
				bits.Read(12);

				if (bits.Read(5) > 7) // seq_level_idx
				{
					bits.Read(1);
				}

				if (hasDisplayDelay && bits.Read(1) == 1)
				{
					bits.Read(4);
				}
			}
		}

		const uint32_t widthBits  = bits.Read(4) + 1;
		const uint32_t heightBits = bits.Read(4) + 1;
		const uint32_t width      = bits.Read(widthBits) + 1;
		const uint32_t height     = bits.Read(heightBits) + 1;

		return bits.IsGood() ? Plausible(width, height) : std::nullopt;
	}
} // namespace

std::optional<PictureSize> PictureSize::FromVp8(const uint8_t* payload, size_t len)
{
	Bytes bytes(payload, len);
	const uint8_t first = bytes.Next();

	if (first & 0x80)
	{
		const uint8_t present = bytes.Next();

		if (present & 0x80)
		{
			bytes.Skip(bytes.Next() & 0x80 ? 1 : 0);
		}

		bytes.Skip((present & 0x40 ? 1 : 0) + (present & 0x30 ? 1 : 0));
	}

	const bool isKeyFrame = (bytes.Next() & 0x01) == 0;

	bytes.Skip(2);

	const bool hasStartCode = bytes.Next() == 0x9d && bytes.Next() == 0x01 && bytes.Next() == 0x2a;

	if (!isKeyFrame || !hasStartCode || bytes.Left() < 4)
	{
		return std::nullopt;
	}

	// Little endian; the upper two bits are a scale for showing.
	const uint8_t* size = bytes.Rest();

	return Plausible((size[0] | (size[1] << 8)) & 0x3fff, (size[2] | (size[3] << 8)) & 0x3fff);
}

std::vector<PictureSize> PictureSize::FromVp9(const uint8_t* payload, size_t len)
{
	Bytes bytes(payload, len);
	const uint8_t first       = bytes.Next();
	const bool hasPictureId   = first & 0x80;
	const bool isInterPicture = first & 0x40;
	const bool hasLayers      = first & 0x20;
	const bool isFlexible     = first & 0x10;
	const bool hasStructure   = first & 0x02;

	if (hasPictureId)
	{
		bytes.Skip(bytes.Next() & 0x80 ? 1 : 0);
	}

	if (hasLayers)
	{
		bytes.Skip(isFlexible ? 1 : 2);
	}

	if (isFlexible && isInterPicture)
	{
		// Up to three references, each with a bit that says whether another follows.
		for (size_t references{ 0 }; references < 3 && bytes.Next() & 0x01; ++references)
		{
		}
	}

	if (hasStructure)
	{
		const uint8_t structure  = bytes.Next();
		const size_t layers      = (structure >> 5) + 1;
		const bool hasSizes      = structure & 0x10;
		const bool hasReferences = structure & 0x08;
		std::vector<PictureSize> sizes;

		for (size_t layer{ 0 }; hasSizes && layer < layers; ++layer)
		{
			const uint16_t width  = bytes.NextTwo();
			const uint16_t height = bytes.NextTwo();

			sizes.push_back({ width, height });
		}

		if (hasSizes)
		{
			return bytes.IsGood() ? sizes : std::vector<PictureSize>{};
		}

		if (hasReferences)
		{
			for (uint8_t pictures = bytes.Next(); pictures > 0 && bytes.IsGood(); --pictures)
			{
				bytes.Skip((bytes.Next() >> 2) & 0x03);
			}
		}
	}

	if (isInterPicture)
	{
		return {};
	}

	const auto size = bytes.IsGood() ? FromVp9FrameHeader(bytes.Rest(), bytes.Left()) : std::nullopt;

	return size.has_value() ? std::vector<PictureSize>{ size.value() } : std::vector<PictureSize>{};
}

std::optional<PictureSize> PictureSize::FromH264(const uint8_t* payload, size_t len)
{
	constexpr uint8_t Sps{ 7 };
	constexpr uint8_t StapA{ 24 };

	Bytes bytes(payload, len);
	const uint8_t type = bytes.Next() & 0x1f;

	if (type == Sps)
	{
		return FromSequenceParameterSet(bytes.Rest(), bytes.Left());
	}

	while (type == StapA && bytes.Left() > 2)
	{
		const size_t size = std::min<size_t>(bytes.NextTwo(), bytes.Left());

		if (size > 0 && (bytes.Rest()[0] & 0x1f) == Sps)
		{
			return FromSequenceParameterSet(bytes.Rest() + 1, size - 1);
		}

		bytes.Skip(size);
	}

	return std::nullopt;
}

std::optional<PictureSize> PictureSize::FromAv1(const uint8_t* payload, size_t len)
{
	constexpr uint8_t SequenceHeader{ 1 };

	Bytes bytes(payload, len);
	const uint8_t aggregation = bytes.Next();
	const bool isContinued    = aggregation & 0x80;
	const bool isNewSequence  = aggregation & 0x08;
	const size_t elements     = (aggregation >> 4) & 0x03;

	// A coded video sequence starts with a packet whose first element is not a rest.
	if (isContinued || !isNewSequence)
	{
		return std::nullopt;
	}

	// Only the last of a known number of elements has no length.
	if (elements != 1)
	{
		while (bytes.Next() & 0x80)
		{
		}
	}

	const uint8_t header = bytes.Next();

	if ((header & 0x80) != 0 || ((header >> 3) & 0x0f) != SequenceHeader)
	{
		return std::nullopt;
	}

	bytes.Skip(header & 0x04 ? 1 : 0); // extension

	if (header & 0x02) // size
	{
		while (bytes.Next() & 0x80)
		{
		}
	}

	return bytes.IsGood() ? FromSequenceHeader(bytes.Rest(), bytes.Left()) : std::nullopt;
}
