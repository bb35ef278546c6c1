#include "transport_feedback.hpp"

#include <algorithm>
#include <cmath>

namespace bench {
namespace {

constexpr double kTickUs = 250;
constexpr double kReferenceUs = 64'000;
constexpr std::size_t kMaxArrivals = 500;

void put(std::vector<uint8_t>& out, uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(value >> shift));
}

uint32_t read32(const uint8_t* at) {
  return static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 | static_cast<uint32_t>(at[2]) << 8 |
         at[3];
}

/// A run-length chunk: symbol 0 = not received, 2 = received with a 16-bit delta.
void put_run(std::vector<uint8_t>& out, int symbol, std::size_t length) {
  for (; length > 0; length -= std::min<std::size_t>(length, 8191)) {
    put(out, static_cast<uint64_t>(symbol) << 13 | std::min<std::size_t>(length, 8191), 2);
  }
}

/// The two bytes of a one-byte-header extension element (RFC 8285 §4.2), if the packet carries it.
std::optional<uint16_t> find_sequence(const uint8_t* packet, int length, int extension_id) {
  if (length < 16 || (packet[0] & 0x10) == 0) return std::nullopt;
  const int header = 12 + (packet[0] & 0x0F) * 4;
  if (length < header + 4 || packet[header] != 0xBE || packet[header + 1] != 0xDE) return std::nullopt;
  const int end = header + 4 + (packet[header + 2] << 8 | packet[header + 3]) * 4;
  for (int at = header + 4; at + 2 < std::min(end, length);) {
    if (packet[at] == 0) {
      ++at;
      continue;
    }
    if (packet[at] >> 4 == extension_id) return static_cast<uint16_t>(packet[at + 1] << 8 | packet[at + 2]);
    at += 2 + (packet[at] & 0x0F);
  }
  return std::nullopt;
}

}  // namespace

void TransportFeedback::on_rtp(const uint8_t* packet, int length, int extension_id, double now_us) {
  const auto sequence = find_sequence(packet, length, extension_id);
  if (!sequence || arrivals_.size() >= kMaxArrivals) return;
  media_ssrc_ = read32(packet + 8);
  arrivals_.push_back({*sequence, now_us});
}

std::optional<std::vector<uint8_t>> TransportFeedback::take(uint32_t sender_ssrc) {
  if (arrivals_.empty()) return std::nullopt;
  const uint16_t base = arrivals_.front().sequence;
  std::sort(arrivals_.begin(), arrivals_.end(), [base](const Arrival& a, const Arrival& b) {
    return static_cast<uint16_t>(a.sequence - base) < static_cast<uint16_t>(b.sequence - base);
  });
  std::vector<uint8_t> chunks;
  std::vector<uint8_t> deltas;
  const double reference = std::floor(arrivals_.front().time_us / kReferenceUs);
  double at_ticks = reference * kReferenceUs / kTickUs;
  std::size_t run = 0;
  uint16_t next = base;
  for (const auto& arrival : arrivals_) {
    if (arrival.sequence != next) {
      put_run(chunks, 2, run);
      run = 0;
      put_run(chunks, 0, static_cast<uint16_t>(arrival.sequence - next));
    }
    const auto ticks = std::floor(arrival.time_us / kTickUs);
    put(deltas, static_cast<uint16_t>(static_cast<int16_t>(ticks - at_ticks)), 2);
    at_ticks = ticks;
    ++run;
    next = static_cast<uint16_t>(arrival.sequence + 1);
  }
  put_run(chunks, 2, run);

  std::vector<uint8_t> packet;
  put(packet, 0x8F'CD'00'00, 4);
  put(packet, sender_ssrc, 4);
  put(packet, media_ssrc_, 4);
  put(packet, base, 2);
  put(packet, static_cast<uint16_t>(next - base), 2);
  put(packet, static_cast<uint64_t>(reference) & 0xFF'FF'FF, 3);
  put(packet, count_++, 1);
  packet.insert(packet.end(), chunks.begin(), chunks.end());
  packet.insert(packet.end(), deltas.begin(), deltas.end());
  while (packet.size() % 4 != 0) packet.push_back(0);
  const std::size_t words = packet.size() / 4 - 1;
  packet[2] = static_cast<uint8_t>(words >> 8);
  packet[3] = static_cast<uint8_t>(words);
  arrivals_.clear();
  return packet;
}

}  // namespace bench
