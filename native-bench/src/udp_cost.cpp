#include <arpa/inet.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "cases.hpp"
#include "cpu_time.hpp"

namespace bench {
namespace {

constexpr int kBatch = 64;
constexpr int kBufferBytes = 4 << 20;

/// A UDP socket bound to a free port of 127.0.0.1, closed with its owner.
class UdpSocket {
 public:
  UdpSocket() : fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
    if (fd_ < 0) throw std::runtime_error(std::strerror(errno));
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &kBufferBytes, sizeof kBufferBytes);
    setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &kBufferBytes, sizeof kBufferBytes);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address_;
    if (bind(fd_, generic(), length) != 0 ||
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &length) != 0) {
      throw std::runtime_error(std::strerror(errno));
    }
  }
  UdpSocket(UdpSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), address_(other.address_) {}
  UdpSocket(const UdpSocket&) = delete;
  ~UdpSocket() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }
  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address_); }
  sockaddr_in* address() { return &address_; }

 private:
  int fd_;
  sockaddr_in address_{};
};

/// Reads whatever arrives on many sockets, in a thread of its own, as receivers on other machines would.
class Drain {
 public:
  explicit Drain(const std::vector<UdpSocket>& sockets) : epoll_(epoll_create1(0)) {
    for (const auto& socket : sockets) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = socket.fd();
      epoll_ctl(epoll_, EPOLL_CTL_ADD, socket.fd(), &event);
    }
    thread_ = std::thread([this] { run(); });
  }
  ~Drain() {
    stop_ = true;
    thread_.join();
    close(epoll_);
  }

 private:
  void run() {
    static std::array<std::array<char, 65536>, 8> buffers;
    std::array<mmsghdr, 8> messages{};
    std::array<iovec, 8> vectors{};
    for (std::size_t i = 0; i < messages.size(); ++i) {
      vectors[i] = {buffers[i].data(), buffers[i].size()};
      messages[i].msg_hdr.msg_iov = &vectors[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    std::array<epoll_event, 64> events{};
    while (!stop_) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 50);
      for (int i = 0; i < ready; ++i) {
        while (recvmmsg(events[static_cast<std::size_t>(i)].data.fd, messages.data(), messages.size(),
                        MSG_DONTWAIT, nullptr) > 0) {
        }
      }
    }
  }

  int epoll_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

using SendBurst = std::function<void(const UdpSocket& from, UdpSocket& to)>;

double paced(const UdpLoad& load, const SendBurst& send_burst) {
  UdpSocket from;
  std::vector<UdpSocket> peers(static_cast<std::size_t>(load.peers));
  const Drain drain(peers);
  const int ticks = static_cast<int>(load.seconds * load.rate);
  const double start = now_us();
  const double cpu = thread_cpu_us();
  for (int tick = 0; tick < ticks; ++tick) {
    const double wait = start + tick * 1e6 / load.rate - now_us();
    if (wait > 0) usleep(static_cast<useconds_t>(wait));
    for (auto& peer : peers) send_burst(from, peer);
  }
  return (thread_cpu_us() - cpu) / (static_cast<double>(ticks) * load.peers * load.burst);
}

SendBurst with_sendto(const UdpLoad& load) {
  return [load](const UdpSocket& from, UdpSocket& to) {
    static const std::array<char, 2048> packet{};
    for (int i = 0; i < load.burst; ++i) {
      sendto(from.fd(), packet.data(), static_cast<std::size_t>(load.packet_bytes), 0, to.generic(),
             sizeof(sockaddr_in));
    }
  };
}

SendBurst with_sendmmsg(const UdpLoad& load) {
  return [load](const UdpSocket& from, UdpSocket& to) {
    static std::array<char, 2048> packet{};
    std::array<mmsghdr, kBatch> messages{};
    iovec vector{packet.data(), static_cast<std::size_t>(load.packet_bytes)};
    for (int i = 0; i < load.burst; ++i) {
      auto& header = messages[static_cast<std::size_t>(i)].msg_hdr;
      header.msg_name = to.address();
      header.msg_namelen = sizeof(sockaddr_in);
      header.msg_iov = &vector;
      header.msg_iovlen = 1;
    }
    sendmmsg(from.fd(), messages.data(), static_cast<unsigned>(load.burst), 0);
  };
}

/// UDP generic segmentation offload: one call, `segments` datagrams of one peer (udp(7), UDP_SEGMENT).
SendBurst with_gso(const UdpLoad& load, int segments) {
  return [load, segments](const UdpSocket& from, UdpSocket& to) {
    static std::array<char, 65536> frame{};
    for (int sent = 0; sent < load.burst; sent += segments) {
      iovec vector{frame.data(), static_cast<std::size_t>(segments) * static_cast<std::size_t>(load.packet_bytes)};
      alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(uint16_t))> control{};
      msghdr message{};
      message.msg_name = to.address();
      message.msg_namelen = sizeof(sockaddr_in);
      message.msg_iov = &vector;
      message.msg_iovlen = 1;
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_UDP;
      header->cmsg_type = UDP_SEGMENT;
      header->cmsg_len = CMSG_LEN(sizeof(uint16_t));
      const auto size = static_cast<uint16_t>(load.packet_bytes);
      std::memcpy(CMSG_DATA(header), &size, sizeof size);
      if (sendmsg(from.fd(), &message, 0) < 0) throw std::runtime_error("UDP_SEGMENT is not available");
    }
  };
}

/// CPU per packet of a reader of one socket, while another thread sends 20,000 packets a second.
double receiving(int packet_bytes, double seconds, bool gro, unsigned batch) {
  UdpSocket to;
  const int on = gro ? 1 : 0;
  setsockopt(to.fd(), SOL_UDP, UDP_GRO, &on, sizeof on);
  std::atomic<bool> stop{false};
  std::thread sender([&] {
    const UdpLoad load{packet_bytes, 20, 1, 1000, seconds};
    const auto burst = gro ? with_gso(load, 20) : with_sendto(load);
    UdpSocket from;
    const double start = now_us();
    for (int tick = 0; tick < static_cast<int>(seconds * load.rate); ++tick) {
      const double wait = start + tick * 1e6 / load.rate - now_us();
      if (wait > 0) usleep(static_cast<useconds_t>(wait));
      burst(from, to);
    }
    stop = true;
  });
  static std::array<std::array<char, 65536>, kBatch> buffers;
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> vectors{};
  for (std::size_t i = 0; i < batch; ++i) {
    vectors[i] = {buffers[i].data(), buffers[i].size()};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  double packets = 0;
  const double cpu = thread_cpu_us();
  while (!stop) {
    pollfd ready{to.fd(), POLLIN, 0};
    poll(&ready, 1, 50);
    for (int count; (count = recvmmsg(to.fd(), messages.data(), batch, MSG_DONTWAIT, nullptr)) > 0;) {
      for (int i = 0; i < count; ++i) packets += messages[static_cast<std::size_t>(i)].msg_len / packet_bytes;
    }
  }
  const double used = thread_cpu_us() - cpu;
  sender.join();
  return packets > 0 ? used / packets : 0;
}

}  // namespace

std::vector<Figure> measure_send(const UdpLoad& load) {
  std::vector<Figure> figures;
  figures.push_back({"sendto", load.packet_bytes, paced(load, with_sendto(load))});
  if (load.burst == 1) return figures;
  figures.push_back({"sendmmsg", load.packet_bytes, paced(load, with_sendmmsg(load))});
  for (const int segments : {1, 2, 4, 8, 16}) {
    if (load.burst % segments != 0) continue;
    figures.push_back({"gso " + std::to_string(segments), load.packet_bytes, paced(load, with_gso(load, segments))});
  }
  return figures;
}

std::vector<Figure> measure_receive(int packet_bytes, double seconds) {
  return {
      {"recvmmsg 1", packet_bytes, receiving(packet_bytes, seconds, false, 1)},
      {"recvmmsg 20", packet_bytes, receiving(packet_bytes, seconds, false, 20)},
      {"gro", packet_bytes, receiving(packet_bytes, seconds, true, 1)},
  };
}

}  // namespace bench
