#ifndef TRESTLE_FORWARDING_DELAY_HPP
#define TRESTLE_FORWARDING_DELAY_HPP

#include <array>
#include <cstddef>
#include <cstdint>

/**
 * How long datagrams stayed in the worker, as a histogram: from the first datagram of a
 * batch until the batch was given to the kernel, counted for each datagram of it.
 *
 * Two clock readings a batch. Read through fields of the worker's resource usage that
 * Linux never fills, two counters of 26 bits in each so that a double holds them; they
 * wrap, and the reader takes differences.
 */
struct ForwardingDelay
{
	static constexpr uint64_t CounterMask{ (uint64_t{ 1 } << 26) - 1 };
	/** Upper bounds in µs; the last bucket has none. */
	static constexpr std::array<uint64_t, 7> Bounds{ 100, 250, 500, 1000, 2500, 5000, 10000 };

	static inline thread_local std::array<uint64_t, Bounds.size() + 1> counts{};
	/** Of all datagrams, µs. */
	static inline thread_local uint64_t sumUs{ 0u };

	static void Record(uint64_t delayUs, size_t datagrams)
	{
		size_t bucket{ 0 };

		while (bucket < Bounds.size() && delayUs > Bounds[bucket])
		{
			bucket++;
		}

		counts[bucket] += datagrams;
		sumUs += delayUs * datagrams;
	}

	/** Buckets 2 × pair and 2 × pair + 1 in one number. */
	static uint64_t Pair(size_t pair)
	{
		return ((counts[2 * pair] & CounterMask) << 26) | (counts[(2 * pair) + 1] & CounterMask);
	}

	/** Wraps as a number of 52 bits. */
	static uint64_t Sum()
	{
		return sumUs & ((uint64_t{ 1 } << 52) - 1);
	}
};

#endif
