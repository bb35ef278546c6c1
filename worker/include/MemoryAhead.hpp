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

		for (auto line = begin & ~(LineSize - 1); line < begin + len && this->count < MaxLines; line += LineSize)
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
			__builtin_prefetch(reinterpret_cast<const void*>(this->lines[i]), 1);
		}
	}

private:
	void AddLine(uintptr_t line)
	{
		for (uint32_t i{ 0 }; i < this->count; ++i)
		{
			if (this->lines[i] == line)
			{
				return;
			}
		}

		this->lines[this->count++] = line;
	}

private:
	static constexpr size_t LineSize{ 64 };
	static constexpr uint32_t MaxLines{ 62 };

	uint32_t count{ 0 };
	std::array<uintptr_t, MaxLines> lines{};
};

#endif
