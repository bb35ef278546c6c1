#define MS_CLASS "UnprovenConnections"
// #define MS_LOG_DEV_LEVEL 3

#include "UnprovenConnections.hpp"
#include "Logger.hpp"
#include "RareLine.hpp"
#include <cinttypes> // PRIu64

/* Static. */

// Clients know the bridge's credentials when they connect, so a check comes at once.
static constexpr int64_t MaxAgeMs{ 15000 };
static constexpr int64_t LookIntervalMs{ 5000 };
// More than join in a second, and few of the descriptors there are.
static constexpr size_t MaxConnections{ 1000 };

/* Instance methods. */

UnprovenConnections::UnprovenConnections(SharedInterface* shared)
  : shared(shared), timer(shared->CreateTimer(this, "unproven-connections"))
{
}

void UnprovenConnections::Add(RTC::TcpConnection* connection)
{
	this->entries.push_back({ connection, this->shared->GetTimeMs() });

	if (!this->timer->IsActive())
	{
		this->timer->Start(LookIntervalMs, LookIntervalMs);
	}

	if (this->entries.size() > MaxConnections)
	{
		static thread_local RareLine line;

		if (line.IsDue())
		{
			MS_WARN_TAG(
			  info,
			  "too many TCP connections without a connectivity check, closing those of %s and others [closed: %" PRIu64
			  "]",
			  this->entries.front().connection->GetPeerIp().c_str(),
			  line.GetCount());
		}

		CloseOldest();
	}
}

void UnprovenConnections::Remove(const RTC::TcpConnection* connection)
{
	this->entries.remove_if([&](const Entry& entry) { return entry.connection == connection; });
}

void UnprovenConnections::CloseOldest()
{
	auto* connection = this->entries.front().connection;

	this->entries.pop_front();

	// NOTE: Not TriggerClose(), which waits until all is sent: whoever does not read would keep
	// the descriptor.
	connection->Abandon();
}

void UnprovenConnections::OnTimer(TimerHandleInterface* /*timer*/)
{
	const auto latestMs = this->shared->GetTimeMs() - MaxAgeMs;

	while (!this->entries.empty() && this->entries.front().addedAtMs <= latestMs)
	{
		CloseOldest();
	}

	if (this->entries.empty())
	{
		this->timer->Stop();
	}
}
