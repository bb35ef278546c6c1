#include "LayersReport.hpp"
#include <algorithm>

namespace
{
	// A bucket of the last second.
	constexpr int64_t TickMs{ 200 };
	constexpr int64_t ReportIntervalMs{ 1000 };
	// A layer that starts is told of once its rate can be guessed.
	constexpr int64_t StartedIntervalMs{ 400 };
	// One that is silent for longer may be stopping: half a second of it is no rate.
	constexpr int64_t PauseMs{ 200 };
	// A layer that stopped is to be noticed within 1.5 s.
	constexpr int64_t SilenceMs{ 1100 };
	// A temporal layer of a slow screen share may have a frame every other second.
	constexpr int64_t TemporalSilenceMs{ 3000 };
} // namespace

LayersReport::LayersReport(
  Listener* listener,
  SharedInterface* shared,
  const RTC::RtpCodecMimeType& mimeType,
  size_t encodings,
  uint8_t allocationId)
  : listener(listener),
    shared(shared),
    mimeType(mimeType),
    allocationId(allocationId),
    timer(shared->CreateTimer(this, "layers-report")),
    encodings(encodings)
{
}

LayersReport::~LayersReport()
{
	delete this->timer;
}

void LayersReport::Packet(
  const RTC::RTP::Packet* packet, size_t encodingIdx, const DependencyStructure* structure)
{
	const size_t len = packet->GetPayloadLength();

	// Padding is sent of anything.
	if (len == 0 || encodingIdx >= this->encodings.size())
	{
		return;
	}

	if (!this->isRunning)
	{
		this->isRunning     = true;
		this->bucketStartMs = this->shared->GetTimeMs();
		this->dueMs         = this->bucketStartMs + StartedIntervalMs;
		this->timer->Start(TickMs, TickMs);
	}

	auto& encoding = this->encodings[encodingIdx];
	auto& spatialLayer =
	  encoding[std::min<size_t>(packet->GetSpatialLayer(), MaxSpatialLayers - 1)];
	auto& temporalLayer =
	  spatialLayer.temporalLayers[std::min<size_t>(packet->GetTemporalLayer(), MaxTemporalLayers - 1)];

	ReadHeaders(packet, encoding, structure);

	const int64_t nowMs     = this->shared->GetTimeMs();
	const uint32_t timestamp = packet->GetTimestamp();

	// One that comes late belongs to a frame counted before.
	if (
	  !temporalLayer.seen ||
	  static_cast<int32_t>(timestamp - temporalLayer.lastTimestamp) > 0)
	{
		temporalLayer.frames[this->bucket]++;
		temporalLayer.lastTimestamp = timestamp;
	}

	temporalLayer.bytes[this->bucket] += static_cast<uint32_t>(packet->GetLength());
	temporalLayer.seen         = true;
	temporalLayer.lastPacketMs = nowMs;
	spatialLayer.lastPacketMs  = nowMs;

	if (!spatialLayer.isActive && !spatialLayer.isDeclaredOff)
	{
		Start(spatialLayer);
		Schedule(StartedIntervalMs);
	}
}

void LayersReport::OnTimer(TimerHandleInterface* /*timer*/)
{
	const int64_t nowMs = this->shared->GetTimeMs();

	for (auto& encoding : this->encodings)
	{
		for (auto& layer : encoding)
		{
			if (layer.isActive && nowMs - layer.lastPacketMs > SilenceMs)
			{
				Stop(layer);
			}
		}
	}

	if (nowMs >= this->dueMs)
	{
		Report();
	}

	if (!IsAnyActive())
	{
		this->isRunning = false;
		this->timer->Stop();

		for (auto& encoding : this->encodings)
		{
			for (auto& layer : encoding)
			{
				layer.temporalLayers = {};
			}
		}

		return;
	}

	this->bucket        = (this->bucket + 1) % Buckets;
	this->bucketStartMs = nowMs;

	for (auto& encoding : this->encodings)
	{
		for (auto& spatialLayer : encoding)
		{
			for (auto& temporalLayer : spatialLayer.temporalLayers)
			{
				temporalLayer.bytes[this->bucket]  = 0;
				temporalLayer.frames[this->bucket] = 0;
			}
		}
	}
}

void LayersReport::ReadHeaders(
  const RTC::RTP::Packet* packet, Encoding& encoding, const DependencyStructure* structure)
{
	const uint8_t* payload = packet->GetPayload();
	const size_t len       = packet->GetPayloadLength();
	const auto setSize     = [&](const std::optional<PictureSize>& size)
	{
		if (size.has_value())
		{
			SetSize(encoding[0], size.value());
		}
	};

	if (this->allocationId != 0)
	{
		uint8_t allocationLen{ 0 };
		const uint8_t* data   = packet->GetExtensionValue(this->allocationId, allocationLen);
		const auto allocation = data ? VideoLayersAllocation::Parse(data, allocationLen) : std::nullopt;

		if (allocation.has_value())
		{
			ReadAllocation(allocation.value());
		}
	}

	switch (this->mimeType.subtype)
	{
		case RTC::RtpCodecMimeType::Subtype::VP8:
		{
			if (packet->IsKeyFrame())
			{
				setSize(PictureSize::FromVp8(payload, len));
			}

			break;
		}

		case RTC::RtpCodecMimeType::Subtype::VP9:
		{
			const size_t spatialLayer = packet->GetSpatialLayer();

			if (packet->IsKeyFrame())
			{
				const auto sizes = PictureSize::FromVp9(payload, len);

				for (size_t layer{ 0 }; layer < std::min(sizes.size(), MaxSpatialLayers); ++layer)
				{
					SetSize(encoding[layer], sizes[layer]);
				}
			}
			else if (spatialLayer > 0 && spatialLayer < MaxSpatialLayers)
			{
				ReadVp9Dependency(packet, encoding[spatialLayer]);
			}

			break;
		}

		case RTC::RtpCodecMimeType::Subtype::H264:
		{
			if (packet->IsKeyFrame())
			{
				setSize(PictureSize::FromH264(payload, len));
			}

			break;
		}

		case RTC::RtpCodecMimeType::Subtype::AV1:
		{
			if (structure)
			{
				ReadStructure(encoding, *structure);
			}

			// Without sizes in the structure there is one spatial layer, or they double.
			if (packet->IsKeyFrame() && (!structure || structure->sizes.empty()))
			{
				const auto size = PictureSize::FromAv1(payload, len);
				const size_t highest =
				  structure ? std::min<size_t>(structure->spatialLayers, MaxSpatialLayers - 1) : 0;

				for (size_t layer{ 0 }; size.has_value() && layer <= highest; ++layer)
				{
					const size_t shift = highest - layer;

					SetSize(
					  encoding[layer],
					  { static_cast<uint16_t>(size->width >> shift),
					    static_cast<uint16_t>(size->height >> shift) });
				}
			}

			break;
		}

		default:;
	}
}

void LayersReport::ReadVp9Dependency(const RTC::RTP::Packet* packet, SpatialLayer& layer)
{
	constexpr uint8_t HasPictureId{ 0x80 };
	constexpr uint8_t IsInterPicture{ 0x40 };
	constexpr uint8_t HasLayers{ 0x20 };
	constexpr uint8_t IsInterLayer{ 0x01 };

	const uint8_t* payload = packet->GetPayload();
	const size_t len       = packet->GetPayloadLength();

	if (len < 4 || (payload[0] & (IsInterPicture | HasLayers)) != (IsInterPicture | HasLayers))
	{
		return;
	}

	const size_t at = payload[0] & HasPictureId ? (payload[1] & 0x80 ? 3 : 2) : 1;

	layer.needsLayerBelow = payload[at] & IsInterLayer;
}

void LayersReport::ReadStructure(Encoding& encoding, const DependencyStructure& structure)
{
	for (size_t layer{ 0 }; layer < std::min(structure.sizes.size(), MaxSpatialLayers); ++layer)
	{
		SetSize(encoding[layer], { structure.sizes[layer].first, structure.sizes[layer].second });
	}

	for (size_t layer{ 0 }; layer < MaxSpatialLayers; ++layer)
	{
		const uint32_t mask = structure.spatialLayerTargets[layer];

		// A layer no active target shows is not sent.
		Declare(encoding[layer], mask == 0 || (mask & structure.activeDecodeTargets) != 0);
		encoding[layer].needsLayerBelow = structure.spatialLayersDepend;
	}
}

void LayersReport::ReadAllocation(const VideoLayersAllocation& allocation)
{
	for (size_t stream{ 0 }; stream < this->encodings.size(); ++stream)
	{
		for (size_t number{ 0 }; number < MaxSpatialLayers; ++number)
		{
			auto& layer     = this->encodings[stream][number];
			const auto told = std::ranges::find_if(
			  allocation.layers,
			  [&](const auto& each)
			  {
				  return each.stream == stream && each.spatialLayer == number;
			  });

			if (told == allocation.layers.end())
			{
				Declare(layer, false);

				continue;
			}

			Declare(layer, true);

			for (size_t temporal{ 0 }; temporal < told->targetBitrates.size(); ++temporal)
			{
				const uint32_t below = temporal == 0 ? 0 : told->targetBitrates[temporal - 1];

				layer.temporalLayers[temporal].targetBitrate =
				  std::max(told->targetBitrates[temporal], below) - below;
			}

			if (told->size.has_value())
			{
				SetSize(layer, told->size.value());
			}

			if (!layer.isActive)
			{
				Start(layer);
				layer.lastPacketMs = layer.startedMs;
				Schedule(0);
			}
		}
	}
}

void LayersReport::SetSize(SpatialLayer& layer, const PictureSize& size)
{
	if (layer.size == size)
	{
		return;
	}

	layer.size = size;

	if (layer.isActive)
	{
		Schedule(0);
	}
}

void LayersReport::Declare(SpatialLayer& layer, bool isOn)
{
	layer.isDeclaredOff = !isOn;

	if (!isOn && layer.isActive)
	{
		Stop(layer);
	}
}

void LayersReport::Start(SpatialLayer& layer)
{
	layer.isActive  = true;
	layer.startedMs = this->shared->GetTimeMs();
}

void LayersReport::Stop(SpatialLayer& layer)
{
	layer.isActive = false;

	// What it sent is not the rate it starts again at.
	for (auto& temporalLayer : layer.temporalLayers)
	{
		temporalLayer = {};
	}

	Schedule(0);
}

void LayersReport::Schedule(int64_t delayMs)
{
	this->dueMs = std::min(this->dueMs, this->shared->GetTimeMs() + delayMs);
}

bool LayersReport::IsAnyActive() const
{
	return std::ranges::any_of(
	  this->encodings,
	  [](const Encoding& encoding)
	  {
		  return std::ranges::any_of(
		    encoding,
		    [](const SpatialLayer& layer)
		    {
			    return layer.isActive;
		    });
	  });
}

void LayersReport::Report()
{
	this->dueMs = this->shared->GetTimeMs() + ReportIntervalMs;
	this->listener->OnLayersReport(Write());
}

std::string LayersReport::Write()
{
	const int64_t nowMs = this->shared->GetTimeMs();
	// Four whole buckets and the one being filled.
	const int64_t windowMs = (static_cast<int64_t>(Buckets - 1) * TickMs) + (nowMs - this->bucketStartMs);
	std::string text;

	for (size_t encoding{ 0 }; encoding < this->encodings.size(); ++encoding)
	{
		for (size_t spatial{ 0 }; spatial < MaxSpatialLayers; ++spatial)
		{
			auto& layer = this->encodings[encoding][spatial];

			if (!layer.isActive)
			{
				continue;
			}

			const int64_t aliveMs = std::max<int64_t>(nowMs - layer.startedMs, 1);
			const int64_t spanMs  = std::min(windowMs, aliveMs);

			// For one report: it may as well have become slow.
			layer.isHeld = nowMs - layer.lastPacketMs > PauseMs && !layer.isHeld;

			for (size_t temporal{ 0 }; temporal < MaxTemporalLayers; ++temporal)
			{
				auto& counts         = layer.temporalLayers[temporal];
				const bool isSeen    = counts.seen && nowMs - counts.lastPacketMs <= TemporalSilenceMs &&
				                    aliveMs >= StartedIntervalMs;
				const bool isAllowed = counts.targetBitrate > 0 && aliveMs < ReportIntervalMs;

				if (!isSeen && !isAllowed)
				{
					continue;
				}

				uint64_t bytes{ 0 };
				uint64_t frames{ 0 };

				for (size_t bucket{ 0 }; bucket < Buckets; ++bucket)
				{
					bytes += counts.bytes[bucket];
					frames += counts.frames[bucket];
				}

				// Until a second is over, what the sender means to send says more.
				const uint64_t bitrate = isAllowed ? counts.targetBitrate : bytes * 8000 / spanMs;
				const uint64_t frameRate = (frames * 1000 + (spanMs / 2)) / spanMs;

				if (isAllowed || !layer.isHeld || counts.toldBitrate == 0)
				{
					counts.toldBitrate   = bitrate;
					counts.toldFrameRate = frameRate;
				}

				if (!text.empty())
				{
					text += ' ';
				}

				for (const uint64_t number :
				     { static_cast<uint64_t>(encoding),
				       static_cast<uint64_t>(spatial),
				       static_cast<uint64_t>(temporal),
				       counts.toldBitrate,
				       counts.toldFrameRate,
				       static_cast<uint64_t>(layer.size.width),
				       static_cast<uint64_t>(layer.size.height) })
				{
					text += std::to_string(number);
					text += ',';
				}

				text += layer.needsLayerBelow ? '1' : '0';
			}
		}
	}

	return text;
}
