#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace bench {

/// The last bytes of each payload say when it was sent: from before the sender's system call to the kernel's receive time
/// (SO_TIMESTAMPNS) is the added delay, whatever the receiving program does meanwhile.
constexpr int kStampBytes = 16;

void write_stamp(uint8_t* packet, int length);

/// Asks the kernel for receive times.
void enable_receive_times(int fd);

/// The kernel's receive time of a datagram, µs of the realtime clock.
std::optional<double> receive_time_us(msghdr& message);

/// Delays since the last report.
class DelaySamples {
 public:
  /// `packet` in clear, as the bridge sent it: with padding, perhaps.
  void on_rtp(const uint8_t* packet, int length, double received_us);

  /// In ms; 0 when there are no samples.
  double quantile(double share);
  void clear() { delays_us_.clear(); }

 private:
  std::vector<double> delays_us_;
};

}  // namespace bench
