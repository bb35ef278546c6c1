#ifndef TRESTLE_TRANSPORT_REPORT_HPP
#define TRESTLE_TRANSPORT_REPORT_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace RTC
{
	class Transport;
}

/**
 * What a transport knows of its link. Losses are fractions (0 to 1).
 */
struct LinkFigures
{
	size_t receivedBytes{ 0 };
	size_t sentBytes{ 0 };
	std::optional<double> lossReceived;
	std::optional<double> lossSent;
	// None without any report of the peer.
	std::optional<double> rttMs;
};

/**
 * One report on all transports of endpoints: asking each of them would cost Node more than
 * forwarding their audio costs the worker.
 */
class TransportReport
{
public:
	/**
	 * Member of a transport that is to be reported on.
	 */
	class Entry
	{
	public:
		explicit Entry(const RTC::Transport* transport);
		~Entry();
		Entry(const Entry&)            = delete;
		Entry& operator=(const Entry&) = delete;

	private:
		friend class TransportReport;

		const RTC::Transport* transport;
		// In the list of all.
		size_t idx;
		// What was told last.
		size_t receivedBytes{ 0 };
		int64_t dueAtMs{ 0 };
	};

	/**
	 * Whether Node asks for a report: an APP packet (RFC 3550 section 6.7) named "TRRP".
	 */
	static bool IsRequest(const uint8_t* data, size_t len);

	/**
	 * A JSON array of [id, received bytes, sent bytes, loss received, loss sent, round-trip
	 * time in ms], null for what is not known. Has the transports that received something
	 * since the report before, and once a second each.
	 */
	static std::string Make();
};

#endif
