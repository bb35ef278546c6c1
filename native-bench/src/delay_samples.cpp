#include "delay_samples.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <ctime>

namespace bench {
namespace {

constexpr uint64_t kMagic = 0x7e577e577e577e57;
constexpr std::size_t kMaxSamples = 2'000'000;

double microseconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

}  // namespace

void write_stamp(uint8_t* packet, int length) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const double sent_us = microseconds(now);
  std::memcpy(packet + length - kStampBytes, &kMagic, sizeof kMagic);
  std::memcpy(packet + length - kStampBytes + 8, &sent_us, sizeof sent_us);
}

void enable_receive_times(int fd) {
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

std::optional<double> receive_time_us(msghdr& message) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec time{};
    std::memcpy(&time, CMSG_DATA(header), sizeof time);
    return microseconds(time);
  }
  return std::nullopt;
}

void DelaySamples::on_rtp(const uint8_t* packet, int length, double received_us) {
  const bool padded = (packet[0] & 0x20) != 0;
  const int end = padded ? length - packet[length - 1] : length;
  if (end < 12 + kStampBytes || delays_us_.size() >= kMaxSamples) return;
  uint64_t magic = 0;
  double sent_us = 0;
  std::memcpy(&magic, packet + end - kStampBytes, sizeof magic);
  std::memcpy(&sent_us, packet + end - kStampBytes + 8, sizeof sent_us);
  if (magic == kMagic) delays_us_.push_back(received_us - sent_us);
}

double DelaySamples::quantile(double share) {
  if (delays_us_.empty()) return 0;
  const auto at = static_cast<std::size_t>(std::ceil(share * static_cast<double>(delays_us_.size()))) - 1;
  std::nth_element(delays_us_.begin(), delays_us_.begin() + static_cast<std::ptrdiff_t>(at), delays_us_.end());
  return delays_us_[at] / 1e3;
}

}  // namespace bench
