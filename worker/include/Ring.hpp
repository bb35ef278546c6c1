#ifndef TRESTLE_RING_HPP
#define TRESTLE_RING_HPP

#include <cstddef>
#include <memory>
#include <utility>

/**
 * Double-ended queue in one piece of memory, which grows to the next power of two when it
 * is full. Pointers to elements are valid until one is added or removed.
 */
template<typename T>
class Ring
{
public:
	bool empty() const
	{
		return this->count == 0;
	}
	size_t size() const
	{
		return this->count;
	}
	T& operator[](size_t idx)
	{
		return this->elements[(this->first + idx) & (this->capacity - 1)];
	}
	const T& operator[](size_t idx) const
	{
		return this->elements[(this->first + idx) & (this->capacity - 1)];
	}
	T& front()
	{
		return (*this)[0];
	}
	T& back()
	{
		return (*this)[this->count - 1];
	}
	T& push_back(T&& element)
	{
		Reserve();
		this->count++;

		return back() = std::move(element);
	}
	T& push_front(T&& element)
	{
		Reserve();
		this->first = (this->first + this->capacity - 1) & (this->capacity - 1);
		this->count++;

		return front() = std::move(element);
	}
	void pop_front()
	{
		front() = T();
		this->first = (this->first + 1) & (this->capacity - 1);
		this->count--;
	}
	void clear()
	{
		while (!empty())
		{
			pop_front();
		}
	}

private:
	void Reserve()
	{
		if (this->count < this->capacity)
		{
			return;
		}

		const size_t newCapacity = this->capacity == 0 ? 16 : this->capacity * 2;
		std::unique_ptr<T[]> newElements(new T[newCapacity]);

		for (size_t idx{ 0 }; idx < this->count; ++idx)
		{
			newElements[idx] = std::move((*this)[idx]);
		}

		this->elements = std::move(newElements);
		this->capacity = newCapacity;
		this->first    = 0;
	}

private:
	std::unique_ptr<T[]> elements;
	size_t capacity{ 0 };
	size_t first{ 0 };
	size_t count{ 0 };
};

#endif
