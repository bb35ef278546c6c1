// native-bench [SECONDS]: prints, as JSON, CPU microseconds per packet of the bare system calls and of SRTP.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "cases.hpp"

namespace {

void print(const char* name, const std::vector<bench::Figure>& figures, const char* after) {
  std::printf("  \"%s\": [\n", name);
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const auto& figure = figures[i];
    std::printf("    {\"name\": \"%s\", \"packetBytes\": %d, \"usPerPacket\": %.3f}%s\n", figure.name.c_str(),
                figure.packet_bytes, figure.us_per_packet, i + 1 < figures.size() ? "," : "");
  }
  std::printf("  ]%s\n", after);
}

}  // namespace

int main(int argc, char** argv) try {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 2;
  if (seconds <= 0) {
    std::fprintf(stderr, "usage: native-bench [SECONDS per case]\n");
    return 64;
  }
  const auto machine = bench::describe_machine();
  std::printf("{\n  \"machine\": {\"cpu\": \"%s\", \"kernel\": \"%s\", \"cores\": %d},\n", machine.cpu.c_str(),
              machine.kernel.c_str(), machine.cores);
  print("srtp", bench::measure_srtp(), ",");
  print("sendAudio", bench::measure_send({110, 1, 200, 50, seconds}), ",");
  print("sendVideo", bench::measure_send({1100, 16, 100, 30, seconds}), ",");
  print("receive", bench::measure_receive(1100, seconds), "");
  std::printf("}\n");
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "native-bench: %s\n", error.what());
  return 1;
}
