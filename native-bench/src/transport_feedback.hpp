#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace bench {

/// Collects arrivals of one receiver and reports them as transport-wide feedback
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1), as a browser does every 100 ms.
class TransportFeedback {
 public:
  /// `packet` is RTP as it came, still protected: header extensions are in the clear.
  void on_rtp(const uint8_t* packet, int length, int extension_id, double now_us);

  /// The RTCP packet for what arrived since the last one; nothing if that is nothing.
  std::optional<std::vector<uint8_t>> take(uint32_t sender_ssrc);

 private:
  struct Arrival {
    uint16_t sequence;
    double time_us;
  };
  std::vector<Arrival> arrivals_;
  uint32_t media_ssrc_ = 0;
  uint8_t count_ = 0;
};

}  // namespace bench
