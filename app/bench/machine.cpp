// SPDX-License-Identifier: MIT
#include "app/bench/machine.h"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string_view>

namespace duplex::bench {
namespace {

/// `it's` as `'it'\''s'`; what a shell takes as it is stays so.
std::string quoted(std::string_view word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./:,@%";
  if (!word.empty() && word.find_first_not_of(plain) == word.npos) return std::string(word);
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'')
      text += "'\\''";
    else
      text += c;
  }
  return text + "'";
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) {
      const std::size_t begin = line.find_first_not_of(" \t", line.find(':') + 1);
      return begin == line.npos ? "" : line.substr(begin);
    }
  return {};
}

}  // namespace

Machine look_at_machine() {
  Machine machine;
  utsname name{};
  uname(&name);
  machine.kernel = name.release;
  machine.arch = name.machine;
  machine.cpu = cpu_model();
  machine.cpus = sysconf(_SC_NPROCESSORS_ONLN);
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof usable, &usable) == 0) machine.usable_cpus = CPU_COUNT(&usable);
  machine.memory =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  if (getloadavg(machine.load.data(), 3) != 3) machine.load = {};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &utc);
  machine.date = text;
  return machine;
}

std::string own_command() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string command;
  for (std::string word; std::getline(file, word, '\0');) {
    if (!command.empty()) command += ' ';
    command += quoted(command.empty() ? word.substr(word.rfind('/') + 1) : word);
  }
  return command;
}

}  // namespace duplex::bench
