#include <sys/utsname.h>

#include <fstream>
#include <thread>

#include "cases.hpp"

namespace bench {

Machine describe_machine() {
  Machine machine{"unknown", "unknown", static_cast<int>(std::thread::hardware_concurrency())};
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    machine.cpu = line.substr(line.find(':') + 2);
    break;
  }
  utsname name{};
  if (uname(&name) == 0) machine.kernel = name.release;
  return machine;
}

}  // namespace bench
