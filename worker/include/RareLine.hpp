#ifndef TRESTLE_RARE_LINE_HPP
#define TRESTLE_RARE_LINE_HPP

#include "DepLibUV.hpp"
#include <cstdint>

/**
 * A line of the log for what may happen at any rate: written once a minute at most, with
 * how often it has happened.
 */
class RareLine
{
public:
	/**
	 * It happened. Whether the line is to be written.
	 */
	bool IsDue()
	{
		const auto nowMs = DepLibUV::GetTimeMs();

		this->count++;

		if (this->count > 1 && nowMs - this->writtenAtMs < IntervalMs)
		{
			return false;
		}

		this->writtenAtMs = nowMs;

		return true;
	}
	uint64_t GetCount() const
	{
		return this->count;
	}

private:
	static constexpr int64_t IntervalMs{ 60000 };

	uint64_t count{ 0 };
	int64_t writtenAtMs{ 0 };
};

#endif
