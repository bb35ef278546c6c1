#ifndef TRESTLE_MEMORY_AHEAD_HPP
#define TRESTLE_MEMORY_AHEAD_HPP

#include <array>
#include <cstddef>
#include <cstdint>

/**
 * Where in memory is what sending a packet to one receiver touches, so that it can be fetched
 * while the receivers before it are served.
 *
 * A list may be out of date: fetching an address that is nobody's any more does no harm.
 */
class MemoryAhead
{
public:
	void Clear()
	{
		this->count = 0;
	}
	/**
	 * The cache lines that the given object is in.
	 */
	template<typename T>
	void Add(const T& object)
	{
		Add(&object, sizeof(object));
	}
	void Add(const void* data, size_t len)
	{
		const auto begin = reinterpret_cast<uintptr_t>(data);

		for (auto line = begin & ~LineMask; line < begin + len; line += LineSize)
		{
			AddLine(line);
		}
	}
	/**
	 * Fetches the list itself, which must have happened when Fetch() is called.
	 */
	void FetchList() const
	{
		for (size_t offset{ 0 }; offset < sizeof(*this); offset += LineSize)
		{
			__builtin_prefetch(reinterpret_cast<const char*>(this) + offset);
		}
	}
	void Fetch() const
	{
		for (uint32_t i{ 0 }; i < this->count; ++i)
		{
			const auto run   = this->runs[i];
			const auto first = run & ~LineMask;
			const auto last  = first + LineSize * (run & LineMask);

			for (auto line = first; line <= last; line += LineSize)
			{
				__builtin_prefetch(reinterpret_cast<const void*>(line), 1);
			}
		}
	}

private:
	void AddLine(uintptr_t line)
	{
		for (uint32_t i{ 0 }; i < this->count; ++i)
		{
			auto& run         = this->runs[i];
			const auto first  = run & ~LineMask;
			const auto further = run & LineMask;

			if (line >= first && line <= first + LineSize * further)
			{
				return;
			}

			if (line == first + LineSize * (further + 1) && further < LineMask)
			{
				++run;

				return;
			}
		}

		if (this->count < MaxRuns)
		{
			this->runs[this->count++] = line;
		}
	}

private:
	static constexpr uintptr_t LineSize{ 64 };
	static constexpr uintptr_t LineMask{ LineSize - 1 };
	// Four lines with the count.
	static constexpr uint32_t MaxRuns{ 31 };

	uint32_t count{ 0 };
	// Addresses of lines; in the bits that are 0 in an address how many lines after it belong to
	// the run.
	std::array<uintptr_t, MaxRuns> runs{};
};

#endif
