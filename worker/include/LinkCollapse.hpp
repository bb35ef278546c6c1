#ifndef TRESTLE_LINK_COLLAPSE_HPP
#define TRESTLE_LINK_COLLAPSE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

/**
 * Sees in transport-cc feedback that a link carries clearly less than is sent through it: its
 * queue fills up within a fraction of a second, or packets get lost in numbers. libwebrtc's
 * estimator comes to know of it too, after one to twenty seconds in which the link loses sound.
 */
class LinkCollapse
{
public:
	struct Packet
	{
		int64_t sentMs{ 0 };
		// By the receiver's clock.
		int64_t receivedMs{ 0 };
		int64_t bytes{ 0 };
		bool lost{ false };
	};

	struct Finding
	{
		// What can be sent from now on.
		int64_t bps{ 0 };
		// Whether so much more is sent that the link must be left alone for a moment.
		bool hold{ false };
	};

public:
	/**
	 * @param packets - All that a feedback tells of, in the order they were sent.
	 * @param estimateBps - What the link is taken to carry.
	 */
	std::optional<Finding> Take(const std::vector<Packet>& packets, int64_t nowMs, int64_t estimateBps)
	{
		double surplus{ 0 };

		for (const auto& packet : packets)
		{
			const int64_t queueMs = packet.lost ? 0 : QueueOf(packet);

			// What was on its way when the rate was cut says only how fast the queue empties.
			if (packet.sentMs <= this->cutAtMs)
			{
				Drains(packet);

				continue;
			}

			surplus += (packet.lost ? 1 : 0) - ExpectedLoss();
			this->recent.push_back({ packet, queueMs });
		}

		Forget();

		if (this->surplus == 0)
		{
			this->lossSinceMs = packets.empty() ? nowMs : packets.front().sentMs;
		}

		// Nothing for a moment is an outage and not a full link: one feedback does not decide.
		this->surplus =
		  std::clamp(this->surplus + std::min(surplus, MaxSurplusOfFeedback), 0.0, 1.5 * MaxSurplus);

		auto finding = ByDrain(estimateBps);

		if (!finding)
		{
			finding = ByQueue(estimateBps);
		}

		if (!finding)
		{
			finding = ByLoss(estimateBps, nowMs);
		}

		if (finding)
		{
			this->cutAtMs = nowMs;
			this->surplus = 0;
			this->recent.clear();
			this->drained = {};
		}

		return finding;
	}

private:
	struct Recent
	{
		Packet packet;
		int64_t queueMs{ 0 };
	};

	struct Drained
	{
		int64_t firstMs{ 0 };
		int64_t lastMs{ 0 };
		int64_t bytes{ 0 };
		size_t packets{ 0 };
	};

	struct Rates
	{
		int64_t arriving{ 0 };
		int64_t sent{ 0 };
		double loss{ 0 };
		int64_t queueMs{ 0 };
	};

private:
	void Drains(const Packet& packet)
	{
		if (packet.lost)
		{
			return;
		}

		auto& drained = this->drained;

		drained.bytes += drained.packets > 0 ? packet.bytes : 0;
		drained.firstMs = drained.packets > 0 ? drained.firstMs : packet.receivedMs;
		drained.lastMs  = packet.receivedMs;
		drained.packets++;
	}

	/**
	 * The link was busy all the time while its queue emptied, so this is what it carries.
	 */
	std::optional<Finding> ByDrain(int64_t estimateBps)
	{
		if (this->recent.empty() || this->drained.packets == 0)
		{
			return std::nullopt;
		}

		const auto drained   = this->drained;
		const int64_t spanMs = drained.lastMs - drained.firstMs;

		this->drained = {};

		if (drained.packets < MinPackets || spanMs < MinQueueSpanMs)
		{
			return std::nullopt;
		}

		const int64_t bps = ForVideo(drained.bytes * 8000 / spanMs);

		return bps < estimateBps * Less ? std::optional<Finding>({ bps, false }) : std::nullopt;
	}

	/**
	 * How long a packet waited on its way, more than the quickest one of the last 10 to 20 s.
	 */
	int64_t QueueOf(const Packet& packet)
	{
		const int64_t delayMs = packet.receivedMs - packet.sentMs;

		if (packet.sentMs - this->leastSinceMs > LeastWindowMs)
		{
			this->leastSinceMs = packet.sentMs;
			this->formerLeastMs = this->leastMs;
			this->leastMs = delayMs;
		}

		this->leastMs = std::min(this->leastMs, delayMs);

		return delayMs - std::min(this->leastMs, this->formerLeastMs);
	}

	void Forget()
	{
		while (!this->recent.empty() &&
		       this->recent.back().packet.sentMs - this->recent.front().packet.sentMs > RecentMs)
		{
			this->recent.pop_front();
		}
	}

	/**
	 * Of everything since `from`, received bits by the time they took to come in.
	 */
	std::optional<Rates> RatesSince(std::deque<Recent>::const_iterator from, int64_t minSpanMs) const
	{
		const Recent* first{ nullptr };
		const Recent* last{ nullptr };
		int64_t bytes{ 0 };
		int64_t queueMs{ 0 };
		size_t received{ 0 };
		size_t lost{ 0 };

		for (auto it = from; it != this->recent.end(); ++it)
		{
			if (it->packet.lost)
			{
				lost++;

				continue;
			}

			// The first one marks when the others began to come in.
			bytes += first ? it->packet.bytes : 0;
			first = first ? first : &*it;
			last = &*it;
			queueMs += it->queueMs;
			received++;
		}

		if (received < MinPackets || last->packet.receivedMs - first->packet.receivedMs < minSpanMs)
		{
			return std::nullopt;
		}

		Rates rates;

		rates.arriving = bytes * 8000 / (last->packet.receivedMs - first->packet.receivedMs);
		rates.sent     = SentBps();
		rates.loss     = static_cast<double>(lost) / static_cast<double>(lost + received);
		rates.queueMs  = queueMs / static_cast<int64_t>(received);

		return rates;
	}

	/**
	 * By the last second, so that a burst after a pause is no more than usual.
	 */
	int64_t SentBps() const
	{
		int64_t bytes{ 0 };

		for (const auto& each : this->recent)
		{
			bytes += each.packet.bytes;
		}

		return bytes * 8000 / RecentMs;
	}

	std::optional<Finding> ByQueue(int64_t estimateBps) const
	{
		if (this->recent.empty() || this->recent.back().queueMs < FullQueueMs)
		{
			return std::nullopt;
		}

		auto from = this->recent.cend();

		while (from != this->recent.cbegin())
		{
			const auto& before = *std::prev(from);

			if (!before.packet.lost && before.queueMs < FillingQueueMs)
			{
				break;
			}

			--from;
		}

		const auto rates = RatesSince(from, MinQueueSpanMs);

		if (!rates || rates->arriving > rates->sent * Less || ForVideo(rates->arriving) > estimateBps)
		{
			return std::nullopt;
		}

		// Where a little too much is sent the estimator has some time to come down by itself.
		if (
		  this->recent.back().queueMs < OverfullQueueMs && rates->arriving > estimateBps * MuchLess)
		{
			return std::nullopt;
		}

		return Finding{ ForVideo(rates->arriving), true };
	}

	std::optional<Finding> ByLoss(int64_t estimateBps, int64_t nowMs)
	{
		if (this->surplus < MaxSurplus || this->recent.empty())
		{
			return std::nullopt;
		}

		const auto from = std::find_if(
		  this->recent.cbegin(),
		  this->recent.cend(),
		  [this](const Recent& each) { return each.packet.sentMs >= this->lossSinceMs; });
		const auto rates = RatesSince(from, MinLossSpanMs);

		if (!rates)
		{
			return std::nullopt;
		}

		// What was held up on its way and then came all at once overflows a queue, too.
		if (rates->arriving > rates->sent * (1 - rates->loss / 2))
		{
			return std::nullopt;
		}

		const bool queued = rates->queueMs >= ShallowQueueMs;

		// Packets that get lost by chance do so as well when fewer are sent.
		if (
		  !queued && nowMs - this->lossAtMs < SameLossMs && rates->sent < this->lossSentBps * MuchLess &&
		  rates->loss > this->loss * MuchLess)
		{
			this->chance     = rates->loss;
			this->chanceAtMs = nowMs;
			this->surplus    = 0;

			return std::nullopt;
		}

		this->loss        = rates->loss;
		this->lossSentBps = rates->sent;
		this->lossAtMs    = nowMs;

		const int64_t bps = ForVideo(rates->arriving);

		if (bps >= estimateBps)
		{
			this->surplus = 0;

			return std::nullopt;
		}

		return Finding{ bps, rates->loss > HeavyLoss };
	}

	static int64_t ForVideo(int64_t arrivingBps)
	{
		return std::max(static_cast<int64_t>(arrivingBps * Room) - SoundBps, arrivingBps / 2);
	}

	double ExpectedLoss() const
	{
		const bool byChance = !this->recent.empty() && this->chance > 0 &&
		                      this->recent.back().packet.sentMs - this->chanceAtMs < ChanceMs;

		return byChance ? std::max(UsualLoss, this->chance * 1.3) : UsualLoss;
	}

private:
	static constexpr int64_t LeastWindowMs{ 10000 };
	static constexpr int64_t RecentMs{ 1000 };
	static constexpr size_t MinPackets{ 4 };
	// A queue that is filling up, and one that is full enough to be sure.
	static constexpr int64_t FillingQueueMs{ 40 };
	static constexpr int64_t FullQueueMs{ 100 };
	static constexpr int64_t OverfullQueueMs{ 200 };
	static constexpr int64_t MinQueueSpanMs{ 50 };
	static constexpr double MuchLess{ 0.75 };
	static constexpr double Less{ 0.9 };
	static constexpr double Room{ 0.95 };
	// A voice, with headers: in a queue that video filled there is little sound, which goes on
	// beside video and has no part in what arrives here.
	static constexpr int64_t SoundBps{ 50000 };
	// Losses beyond this share are added up; so many packets are a link that is too narrow.
	static constexpr double UsualLoss{ 0.1 };
	static constexpr double MaxSurplus{ 10 };
	static constexpr double MaxSurplusOfFeedback{ 3 };
	static constexpr int64_t MinLossSpanMs{ 250 };
	static constexpr int64_t ShallowQueueMs{ 20 };
	static constexpr double HeavyLoss{ 0.4 };
	static constexpr int64_t SameLossMs{ 20000 };
	static constexpr int64_t ChanceMs{ 60000 };

private:
	std::deque<Recent> recent;
	Drained drained;
	int64_t cutAtMs{ std::numeric_limits<int64_t>::min() };
	int64_t leastSinceMs{ 0 };
	int64_t leastMs{ std::numeric_limits<int64_t>::max() };
	int64_t formerLeastMs{ std::numeric_limits<int64_t>::max() };
	double surplus{ 0 };
	int64_t lossSinceMs{ 0 };
	double loss{ 0 };
	int64_t lossSentBps{ 0 };
	int64_t lossAtMs{ 0 };
	double chance{ 0 };
	int64_t chanceAtMs{ 0 };
};

#endif
