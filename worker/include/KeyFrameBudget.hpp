#ifndef TRESTLE_KEY_FRAME_BUDGET_HPP
#define TRESTLE_KEY_FRAME_BUDGET_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

/**
 * Which of a receiver's requests for key frames of a stream are passed on: not faster than the
 * receiver can have seen the answer to the last one, and only some in a span of time. Every
 * key frame is paid for by all receivers of the source.
 */
class KeyFrameBudget
{
public:
	// 0 is no limit.
	struct Limits
	{
		int64_t minIntervalMs{ 0 };
		int64_t maxRequests{ 0 };
		int64_t windowMs{ 0 };
	};

public:
	KeyFrameBudget() = default;
	explicit KeyFrameBudget(const Limits& limits) : limits(limits)
	{
	}

	/**
	 * @param rttMs - Round trip time to the receiver, 0 if not known.
	 */
	bool Take(int64_t nowMs, float rttMs)
	{
		while (!this->requestsMs.empty() && nowMs - this->requestsMs.front() >= Span())
		{
			this->requestsMs.pop_front();
		}

		const int64_t intervalMs =
		  rttMs > 0 ? std::min(this->limits.minIntervalMs, static_cast<int64_t>(rttMs) + RttMarginMs)
		            : this->limits.minIntervalMs;

		if (!this->requestsMs.empty() && nowMs - this->requestsMs.back() < intervalMs)
		{
			return false;
		}

		if (this->limits.maxRequests > 0 && static_cast<int64_t>(this->requestsMs.size()) >= this->limits.maxRequests)
		{
			return false;
		}

		this->requestsMs.push_back(nowMs);

		return true;
	}

	/**
	 * A stream that begins, or goes up: as many as may be asked for on average, and some at once.
	 */
	bool TakeStart(int64_t nowMs)
	{
		if (this->limits.maxRequests <= 0)
		{
			return true;
		}

		const int64_t costMs = this->limits.windowMs / this->limits.maxRequests;
		const int64_t paidMs = std::max(this->startsPaidMs, nowMs) + costMs;

		if (paidMs - nowMs > StartBurst * this->limits.windowMs)
		{
			return false;
		}

		this->startsPaidMs = paidMs;

		return true;
	}

	/**
	 * Go on where another one with the same limits stopped.
	 */
	void Continue(const KeyFrameBudget& former)
	{
		this->requestsMs   = former.requestsMs;
		this->startsPaidMs = former.startsPaidMs;
	}

private:
	int64_t Span() const
	{
		return std::max(this->limits.windowMs, this->limits.minIntervalMs);
	}

private:
	static constexpr int64_t RttMarginMs{ 10 };
	// Of windows whose starts may come at once.
	static constexpr int64_t StartBurst{ 3 };

	Limits limits;
	std::deque<int64_t> requestsMs;
	// Until when the starts so far use up the mean.
	int64_t startsPaidMs{ 0 };
};

#endif
