#pragma once

#include <string>
#include <vector>

namespace bench {

/// One measured way of doing a thing; `us_per_packet` is CPU time of the thread that does it.
struct Figure {
  std::string name;
  int packet_bytes;
  double us_per_packet;
};

/// What was measured on: figures of different machines do not compare.
struct Machine {
  std::string cpu;
  std::string kernel;
  int cores;
};

Machine describe_machine();

/// SRTP protection of one packet: AEAD AES-GCM 128 and 256 (RFC 7714), AES-CM with HMAC-SHA1-80 (RFC 3711).
std::vector<Figure> measure_srtp();

/// How datagrams are sent to, or received from, `peers` sockets on loopback.
struct UdpLoad {
  int packet_bytes;
  /// Packets that become ready for a peer at once (a video frame's worth).
  int burst;
  int peers;
  /// Bursts a second.
  int rate;
  double seconds;
};

/// sendto, sendmmsg, and UDP_SEGMENT with 1 to 16 segments, paced as `load` says while another thread reads.
std::vector<Figure> measure_send(const UdpLoad& load);

/// recvmmsg of 1 and of 20, and UDP_GRO, on one socket at 20,000 packets a second.
std::vector<Figure> measure_receive(int packet_bytes, double seconds);

}  // namespace bench
