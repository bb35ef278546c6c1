#include "TransportReport.hpp"
#include "DepLibUV.hpp"
#include "RTC/Transport.hpp"
#include <cstdio>
#include <cstring>
#include <vector>

// A bit less than a second: who is asked four times a second tells each fourth time.
static constexpr int64_t IntervalMs{ 900 };

namespace
{
	thread_local std::vector<TransportReport::Entry*> entries;

	std::string toJson(const std::optional<double>& value)
	{
		if (!value.has_value())
		{
			return "null";
		}

		char text[32];

		std::snprintf(text, sizeof(text), "%.6g", value.value());

		return text;
	}
} // namespace

TransportReport::Entry::Entry(const RTC::Transport* transport)
  : transport(transport), idx(entries.size())
{
	entries.push_back(this);
}

TransportReport::Entry::~Entry()
{
	auto* last = entries.back();

	last->idx          = this->idx;
	entries[this->idx] = last;
	entries.pop_back();
}

bool TransportReport::IsRequest(const uint8_t* data, size_t len)
{
	return len == 12 && data[1] == 204 && std::memcmp(data + 8, "TRRP", 4) == 0;
}

std::string TransportReport::Make()
{
	const auto nowMs   = DepLibUV::GetTimeMs();
	std::string report = "[";

	for (auto* entry : entries)
	{
		const auto receivedBytes = entry->transport->GetReceivedBytes();

		if (nowMs < entry->dueAtMs && receivedBytes == entry->receivedBytes)
		{
			continue;
		}

		entry->receivedBytes = receivedBytes;

		if (nowMs >= entry->dueAtMs)
		{
			entry->dueAtMs = nowMs + IntervalMs;
		}

		const auto link = entry->transport->GetLinkFigures();

		if (report.size() > 1)
		{
			report += ',';
		}

		// NOTE: Ids are made by Node and have nothing to be escaped.
		report.append("[\"").append(entry->transport->id).append("\",");
		report.append(std::to_string(link.receivedBytes)).append(",");
		report.append(std::to_string(link.sentBytes)).append(",");
		report.append(toJson(link.lossReceived)).append(",");
		report.append(toJson(link.lossSent)).append(",");
		report.append(toJson(link.rttMs)).append("]");
	}

	return report + ']';
}
