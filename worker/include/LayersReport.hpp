#ifndef TRESTLE_LAYERS_REPORT_HPP
#define TRESTLE_LAYERS_REPORT_HPP

#include "PictureSize.hpp"
#include "VideoLayersAllocation.hpp"
#include "RTC/RTP/Codecs/DependencyDescriptor.hpp"
#include "RTC/RTP/Packet.hpp"
#include "RTC/RtpDictionaries.hpp"
#include "SharedInterface.hpp"
#include "handles/TimerHandleInterface.hpp"
#include <array>
#include <string>
#include <vector>

/**
 * What arrives of a video source, by encoding, spatial and temporal layer: bit rate and frame
 * rate over the last second, picture size. Told once a second, and soon after a layer starts,
 * stops or changes its size.
 *
 * The text of a report has a word for each layer, separated by spaces, with seven numbers
 * separated by commas: encoding (place in the Producer's encodings), spatial layer, temporal
 * layer, bit/s and frames per second of this layer alone, width, height (0: unknown), followed
 * by 1 if the ordinary frames of the spatial layer need the one below (full SVC), else 0. It
 * is empty when nothing arrives.
 */
class LayersReport : public TimerHandleInterface::Listener
{
public:
	using DependencyStructure =
	  RTC::RTP::Codecs::DependencyDescriptor::TemplateDependencyStructure;

	class Listener
	{
	public:
		virtual ~Listener() = default;

	public:
		virtual void OnLayersReport(const std::string& text) = 0;
	};

public:
	/**
	 * @param allocationId - Of the header extension video-layers-allocation00, 0 if not negotiated.
	 */
	LayersReport(
	  Listener* listener,
	  SharedInterface* shared,
	  const RTC::RtpCodecMimeType& mimeType,
	  size_t encodings,
	  uint8_t allocationId);
	~LayersReport() override;

public:
	/**
	 * A packet as received, its codec header parsed, nothing of it changed for Consumers yet.
	 *
	 * @param structure - What the dependency descriptors of its stream said so far, if any.
	 */
	void Packet(const RTC::RTP::Packet* packet, size_t encoding, const DependencyStructure* structure);

	/* Methods inherited from TimerHandleInterface::Listener. */
public:
	void OnTimer(TimerHandleInterface* timer) override;

private:
	static constexpr size_t MaxSpatialLayers{ 4 };
	static constexpr size_t MaxTemporalLayers{ 4 };
	static constexpr size_t Buckets{ 5 };

	struct TemporalLayer
	{
		// Of the last second, by fifths; the one at `bucket` is being filled.
		std::array<uint32_t, Buckets> bytes{};
		std::array<uint16_t, Buckets> frames{};
		uint32_t lastTimestamp{ 0 };
		int64_t lastPacketMs{ 0 };
		bool seen{ false };
		uint32_t targetBitrate{ 0 };
		// By the last report.
		uint64_t toldBitrate{ 0 };
		uint64_t toldFrameRate{ 0 };
	};

	struct SpatialLayer
	{
		std::array<TemporalLayer, MaxTemporalLayers> temporalLayers;
		PictureSize size;
		int64_t startedMs{ 0 };
		int64_t lastPacketMs{ 0 };
		bool isActive{ false };
		// It pauses, and the last report has its rates from before.
		bool isHeld{ false };
		// What the sender itself says, if it does.
		bool isDeclaredOff{ false };
		bool needsLayerBelow{ false };
	};

	using Encoding = std::array<SpatialLayer, MaxSpatialLayers>;

private:
	void ReadHeaders(
	  const RTC::RTP::Packet* packet, Encoding& encoding, const DependencyStructure* structure);
	void ReadVp9Dependency(const RTC::RTP::Packet* packet, SpatialLayer& layer);
	void ReadStructure(Encoding& encoding, const DependencyStructure& structure);
	void ReadAllocation(const VideoLayersAllocation& allocation);
	void SetSize(SpatialLayer& layer, const PictureSize& size);
	void Declare(SpatialLayer& layer, bool isOn);
	void Start(SpatialLayer& layer);
	void Stop(SpatialLayer& layer);
	void Schedule(int64_t delayMs);
	bool IsAnyActive() const;
	void Report();
	std::string Write();

private:
	Listener* listener;
	SharedInterface* shared;
	RTC::RtpCodecMimeType mimeType;
	uint8_t allocationId;
	TimerHandleInterface* timer;
	std::vector<Encoding> encodings;
	size_t bucket{ 0 };
	int64_t bucketStartMs{ 0 };
	bool isRunning{ false };
	int64_t dueMs{ 0 };
};

#endif
