#ifndef TRESTLE_UNPROVEN_CONNECTIONS_HPP
#define TRESTLE_UNPROVEN_CONNECTIONS_HPP

#include "RTC/TcpConnection.hpp"
#include "SharedInterface.hpp"
#include "handles/TimerHandleInterface.hpp"
#include <cstdint>
#include <list>
#include <memory>

/**
 * The TCP connections of a worker on which no authenticated check came yet. Anybody can open
 * them, and each takes a descriptor, of which every client needs one: they are closed when
 * they are too old or too many, the oldest first.
 */
class UnprovenConnections : public TimerHandleInterface::Listener
{
public:
	explicit UnprovenConnections(SharedInterface* shared);
	UnprovenConnections& operator=(const UnprovenConnections&) = delete;
	UnprovenConnections(const UnprovenConnections&)            = delete;

public:
	/**
	 * May close another one.
	 */
	void Add(RTC::TcpConnection* connection);
	/**
	 * It is proven or closed, if it was unproven at all.
	 */
	void Remove(const RTC::TcpConnection* connection);

private:
	void CloseOldest();
	void OnTimer(TimerHandleInterface* timer) override;

private:
	struct Entry
	{
		RTC::TcpConnection* connection;
		int64_t addedAtMs;
	};

	SharedInterface* shared;
	std::unique_ptr<TimerHandleInterface> timer;
	// Oldest first.
	std::list<Entry> entries;
};

#endif
