#ifndef TRESTLE_PACKET_WINDOW_HPP
#define TRESTLE_PACKET_WINDOW_HPP

#include "MemoryAhead.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <srtp2/srtp.h>

/**
 * Which of the `Size` newest packets of an SRTP stream (RFC 3711 section 3.3.2), or records of
 * DTLS (RFC 6347 section 4.1.2.6), have been, by index: sent, when no nonce may be used twice,
 * or received.
 */
template<uint64_t Size>
class PacketWindow
{
	static_assert(Size % 64 == 0);

public:
	/**
	 * Whether there was any.
	 */
	bool IsStarted() const
	{
		return this->started;
	}
	uint64_t GetHighest() const
	{
		return this->highest;
	}
	/**
	 * Finds the index nearest to the highest one (section 3.3.1), which is the sequence number
	 * itself as long as there was none, and checks it.
	 */
	srtp_err_status_t Find(uint16_t seq, uint64_t& index) const
	{
		const auto delta = static_cast<int16_t>(seq - static_cast<uint16_t>(this->highest));

		if (!this->started)
		{
			index = seq;

			return srtp_err_status_ok;
		}

		if (delta < 0 && this->highest < static_cast<uint64_t>(-static_cast<int32_t>(delta)))
		{
			return srtp_err_status_replay_old;
		}

		index = this->highest + static_cast<uint64_t>(delta);

		return Check(index);
	}
	srtp_err_status_t Check(uint64_t index) const
	{
		if (!this->started || index > this->highest)
		{
			return srtp_err_status_ok;
		}

		if (this->highest - index >= Size)
		{
			return srtp_err_status_replay_old;
		}

		return (GetWord(index) & GetBit(index)) == 0 ? srtp_err_status_ok : srtp_err_status_replay_fail;
	}
	/**
	 * To be called with what was checked only.
	 */
	void Take(uint64_t index)
	{
		if (!this->started || (index > this->highest && index - this->highest >= Size))
		{
			this->seen.fill(0);
		}
		else
		{
			for (auto skipped = this->highest + 1; skipped < index; ++skipped)
			{
				this->seen[GetPosition(skipped)] &= ~GetBit(skipped);
			}
		}

		if (!this->started || index > this->highest)
		{
			this->highest = index;
		}

		this->started = true;
		this->seen[GetPosition(index)] |= GetBit(index);
	}
	/**
	 * Go on after this index. Which ones below have been is not known, so take none of them.
	 */
	void Resume(uint64_t index)
	{
		this->started = true;
		this->highest = index;
		this->seen.fill(~uint64_t{ 0 });
	}
	/**
	 * What the next packet touches.
	 */
	void ListMemory(MemoryAhead& memoryAhead) const
	{
		memoryAhead.Add(this->highest);
		memoryAhead.Add(this->seen[GetPosition(this->highest + 1)]);
	}

private:
	static size_t GetPosition(uint64_t index)
	{
		return (index % Size) / 64;
	}
	static uint64_t GetBit(uint64_t index)
	{
		return uint64_t{ 1 } << (index % 64);
	}
	uint64_t GetWord(uint64_t index) const
	{
		return this->seen[GetPosition(index)];
	}

private:
	uint64_t highest{ 0 };
	bool started{ false };
	std::array<uint64_t, Size / 64> seen{};
};

#endif
