// The peers of the forwarding bench: real ICE, DTLS and SRTP, and as little else as possible.
//
//   bench-peers receive PORT CERT KEY PROFILE TCC_ID        stdin: "ufrag pwd" a line, one a receiver, "." ends the list
//   bench-peers send PORT CERT KEY PROFILE audio|video SSRC PT BURST RATE BYTES
//
// PROFILE is the SRTP profile that is offered (DtlsContext). Prints {"connected": N} once all are connected and what was sent or
// received on SIGTERM; a receiver also on SIGUSR1. "refused" are packets that libsrtp2 found forged or repeated, of one receiver in ten.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <stdexcept>

#include "cpu_time.hpp"
#include "delay_samples.hpp"
#include "ice_dtls_client.hpp"
#include "transport_feedback.hpp"

namespace {

using bench::IceDtlsClient;

volatile std::sig_atomic_t stopped = 0;
volatile std::sig_atomic_t asked = 0;

constexpr double kFeedbackUs = 100'000;
constexpr double kConsentUs = 2'500'000;  // as libwebrtc checks a pair it uses
/// One receiver of so many has its packets decrypted and timed: the others would cost the generator its core.
constexpr std::size_t kTimedOneOf = 10;

std::vector<bench::IceCredentials> read_credentials() {
  std::vector<bench::IceCredentials> list;
  bench::IceCredentials one;
  while (std::cin >> one.ufrag && one.ufrag != "." && std::cin >> one.pwd) list.push_back(one);
  return list;
}

std::vector<std::unique_ptr<IceDtlsClient>> connect_all(char** argv) {
  const auto port = static_cast<uint16_t>(std::atoi(argv[2]));
  const bench::DtlsContext context(argv[3], argv[4], argv[5]);
  std::vector<std::unique_ptr<IceDtlsClient>> clients;
  for (auto& credentials : read_credentials()) {
    clients.push_back(std::make_unique<IceDtlsClient>(port, std::move(credentials), context));
  }
  std::printf("{\"connected\": %zu}\n", clients.size());
  std::fflush(stdout);
  return clients;
}

struct Receiver {
  std::unique_ptr<IceDtlsClient> client;
  bench::TransportFeedback feedback;
};

/// RTP shares the socket with RTCP, STUN and DTLS (RFC 7983; RTCP types as RFC 5761 §4).
bool is_rtp(const uint8_t* packet, int length) {
  return length > 12 && packet[0] >= 128 && packet[0] <= 191 && (packet[1] < 192 || packet[1] > 223);
}

struct Counts {
  long packets = 0;
  long refused = 0;
  long reports = 0;
};

void report(const Counts& counts, bench::DelaySamples& delays) {
  std::printf(
      "{\"received\": %ld, \"refused\": %ld, \"feedback\": %ld, \"delayP50Ms\": %.3f, \"delayP99Ms\": %.3f}\n",
      counts.packets, counts.refused, counts.reports, delays.quantile(0.5), delays.quantile(0.99));
  std::fflush(stdout);
  delays.clear();
}

int receive(int argc, char** argv) {
  if (argc != 7) return 64;
  const int extension_id = std::atoi(argv[6]);
  std::vector<Receiver> receivers;
  const int epoll = epoll_create1(0);
  for (auto& client : connect_all(argv)) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = receivers.size();
    epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd(), &event);
    if (receivers.size() % kTimedOneOf == 0) bench::enable_receive_times(client->fd());
    receivers.push_back({std::move(client), {}});
  }
  static std::array<std::array<uint8_t, 2048>, 64> buffers;
  std::array<mmsghdr, 64> messages{};
  std::array<iovec, 64> vectors{};
  std::array<std::array<char, 64>, 64> controls{};
  bench::DelaySamples delays;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    vectors[i] = {buffers[i].data(), buffers[i].size()};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_control = controls[i].data();
    messages[i].msg_hdr.msg_controllen = controls[i].size();
  }
  Counts counts;
  double next_feedback = 0;
  double next_consent = bench::now_us() + kConsentUs;
  std::array<epoll_event, 256> events{};
  while (stopped == 0) {
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 20);
    const double now = bench::now_us();
    for (int i = 0; i < ready; ++i) {
      const std::size_t place = events[static_cast<std::size_t>(i)].data.u64;
      Receiver& receiver = receivers[place];
      for (int count; (count = recvmmsg(receiver.client->fd(), messages.data(), 64, MSG_DONTWAIT, nullptr)) > 0;) {
        for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
          int length = static_cast<int>(messages[k].msg_len);
          const auto received_us = bench::receive_time_us(messages[k].msg_hdr);
          messages[k].msg_hdr.msg_controllen = controls[k].size();
          if (!is_rtp(buffers[k].data(), length)) continue;
          ++counts.packets;
          receiver.feedback.on_rtp(buffers[k].data(), length, extension_id, now);
          if (place % kTimedOneOf != 0 || !received_us) continue;
          if (receiver.client->unprotect_rtp(buffers[k].data(), length)) {
            delays.on_rtp(buffers[k].data(), length, *received_us);
          } else {
            ++counts.refused;
          }
        }
      }
    }
    if (now >= next_feedback) {
      next_feedback = now + kFeedbackUs;
      for (auto& receiver : receivers) {
        if (const auto feedback = receiver.feedback.take(1)) {
          receiver.client->send_rtcp(feedback->data(), static_cast<int>(feedback->size()));
          ++counts.reports;
        }
      }
    }
    if (now >= next_consent) {
      next_consent = now + kConsentUs;
      for (const auto& receiver : receivers) receiver.client->refresh_consent();
    }
    if (asked != 0) {
      asked = 0;
      report(counts, delays);
    }
    usleep(1000);  // one wake-up for several datagrams, as a receiver of many streams has
  }
  report(counts, delays);
  return 0;
}

/// A stream of frames of `burst` equal packets. Video frames are VP8 key frames (RFC 7741), so that a receiver can
/// be attached at any moment; audio carries a loud level (RFC 6464, extension id 1), so that it counts as speech.
class Stream {
 public:
  Stream(bool video, uint32_t ssrc, int payload_type, int bytes)
      : video_(video), packet_(static_cast<std::size_t>(bytes), 0x55) {
    packet_[0] = video ? 0x80 : 0x90;
    if (!video) {
      const std::array<uint8_t, 8> level{0xBE, 0xDE, 0, 1, 0x10, 0x80 | 20, 0, 0};
      std::memcpy(&packet_[12], level.data(), level.size());
    }
    type_ = static_cast<uint8_t>(payload_type);
    for (std::size_t i = 0; i < 4; ++i) packet_[8 + i] = static_cast<uint8_t>(ssrc >> (24 - 8 * i));
  }

  void send_frame(IceDtlsClient& client, int burst) {
    for (int i = 0; i < burst; ++i) {
      const bool marker = video_ ? i == burst - 1 : frame_ == 0;
      packet_[1] = static_cast<uint8_t>(type_ | (marker ? 0x80 : 0));
      packet_[2] = static_cast<uint8_t>(sequence_ >> 8);
      packet_[3] = static_cast<uint8_t>(sequence_);
      ++sequence_;
      for (std::size_t k = 0; k < 4; ++k) packet_[4 + k] = static_cast<uint8_t>(timestamp_ >> (24 - 8 * k));
      if (video_) describe(i == 0);
      bench::write_stamp(packet_.data(), static_cast<int>(packet_.size()));
      client.send_rtp(packet_.data(), static_cast<int>(packet_.size()));
    }
    ++frame_;
    timestamp_ += video_ ? 3000 : 960;
  }

 private:
  void describe(bool first) {
    const std::array<uint8_t, 14> head{static_cast<uint8_t>(first ? 0x90 : 0x80),
                                       0x80,
                                       static_cast<uint8_t>(0x80 | (frame_ >> 8 & 0x7F)),
                                       static_cast<uint8_t>(frame_),
                                       0x10,
                                       0x02,
                                       0x00,
                                       0x9d,
                                       0x01,
                                       0x2a,
                                       0x40,
                                       0x01,
                                       0xb4,
                                       0x00};
    std::memcpy(&packet_[12], head.data(), first ? head.size() : 4);
  }

  bool video_;
  std::vector<uint8_t> packet_;
  uint8_t type_ = 0;
  uint16_t sequence_ = 0;
  uint32_t timestamp_ = 0;
  uint32_t frame_ = 0;
};

int send(int argc, char** argv) {
  if (argc != 12) return 64;
  const bool video = std::strcmp(argv[6], "video") == 0;
  const int burst = std::atoi(argv[9]);
  const int rate = std::atoi(argv[10]);
  auto clients = connect_all(argv);
  if (clients.size() != 1) throw std::runtime_error("a sender needs exactly one line of credentials");
  IceDtlsClient& client = *clients.front();
  Stream stream(video, static_cast<uint32_t>(std::strtoul(argv[7], nullptr, 10)), std::atoi(argv[8]),
                std::atoi(argv[11]));
  long frames = 0;
  const double start = bench::now_us();
  double next_consent = start + kConsentUs;
  std::array<uint8_t, 2048> ignored{};
  while (stopped == 0) {
    const double wait = start + static_cast<double>(frames) * 1e6 / rate - bench::now_us();
    if (wait > 0) usleep(static_cast<useconds_t>(wait));
    stream.send_frame(client, burst);
    ++frames;
    while (recv(client.fd(), ignored.data(), ignored.size(), MSG_DONTWAIT) > 0) {
    }
    if (bench::now_us() >= next_consent) {
      next_consent += kConsentUs;
      client.refresh_consent();
    }
  }
  std::printf("{\"sent\": %ld}\n", frames * burst);
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  std::signal(SIGTERM, [](int) { stopped = 1; });
  std::signal(SIGUSR1, [](int) { asked = 1; });
  srtp_init();
  int status = 64;
  if (argc > 1 && std::strcmp(argv[1], "receive") == 0) status = receive(argc, argv);
  if (argc > 1 && std::strcmp(argv[1], "send") == 0) status = send(argc, argv);
  if (status == 64) std::fprintf(stderr, "usage: bench-peers receive|send PORT CERT KEY ... (see peers.cpp)\n");
  return status;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench-peers: %s\n", error.what());
  return 1;
}
