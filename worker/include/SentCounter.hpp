#ifndef TRESTLE_SENT_COUNTER_HPP
#define TRESTLE_SENT_COUNTER_HPP

#include <cstddef>
#include <cstdint>

/**
 * Counts what is sent. The bitrate is that of the time since it was last asked for, at
 * least a second: unlike a sliding window, it costs nothing while nobody asks.
 */
class SentCounter
{
public:
	void Update(size_t len)
	{
		this->packets++;
		this->bytes += len;
	}
	size_t GetPacketCount() const
	{
		return this->packets;
	}
	size_t GetBytes() const
	{
		return this->bytes;
	}
	int64_t GetBitrate(int64_t nowMs)
	{
		const auto elapsedMs = nowMs - this->askedAtMs;

		if (elapsedMs >= 1000)
		{
			this->bitrate   = static_cast<int64_t>(this->bytes - this->bytesThen) * 8000 / elapsedMs;
			this->bytesThen = this->bytes;
			this->askedAtMs = nowMs;
		}

		return this->bitrate;
	}

private:
	size_t packets{ 0 };
	size_t bytes{ 0 };
	size_t bytesThen{ 0 };
	int64_t askedAtMs{ 0 };
	int64_t bitrate{ 0 };
};

#endif
