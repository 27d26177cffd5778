// SPDX-License-Identifier: MIT
#include "app/bench/process.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace duplex::bench {
namespace {

bool add_threads(const std::string& process, ProcessSample& sample) {
  std::error_code wrong;
  bool any = false;
  for (const auto& thread : std::filesystem::directory_iterator(process + "/task", wrong)) {
    std::ifstream file(thread.path() / "schedstat");
    ThreadTimes times;
    if (!(file >> times.ran >> times.waited)) continue;  // it ended meanwhile
    sample.threads[std::stoi(thread.path().filename())] = times;
    any = true;
  }
  return any && !wrong;
}

bool add_times(const std::string& process, ProcessSample& sample) {
  std::ifstream file(process + "/stat");
  std::string line;
  if (!std::getline(file, line)) return false;
  // The name, field 2, is in parentheses and may hold anything; utime and stime are fields 14 and 15 (proc(5)).
  std::size_t at = line.rfind(')');
  for (int field = 2; field < 14 && at != std::string::npos; ++field) at = line.find(' ', at + 1);
  if (at == std::string::npos) return false;
  unsigned long long user = 0, kernel = 0;
  if (std::sscanf(line.c_str() + at, "%llu %llu", &user, &kernel) != 2) return false;
  const auto tick = 1'000'000'000ull / static_cast<unsigned long long>(sysconf(_SC_CLK_TCK));
  sample.user_ns += user * tick;
  sample.kernel_ns += kernel * tick;
  return true;
}

bool add_memory(const std::string& process, ProcessSample& sample) {
  std::ifstream file(process + "/smaps_rollup");
  for (std::string word; file >> word;)
    if (word == "Rss:") {
      std::uint64_t kib = 0;
      if (!(file >> kib)) return false;
      sample.memory += kib * 1024;
      return true;
    }
  return false;
}

}  // namespace

std::optional<ProcessSample> sample(const std::vector<int>& pids, bool with_memory) {
  ProcessSample result;
  for (const int pid : pids) {
    const std::string process = "/proc/" + std::to_string(pid);
    if (!add_threads(process, result) || !add_times(process, result)) return {};
    if (with_memory && !add_memory(process, result)) return {};
  }
  return result;
}

CpuUsed between(const ProcessSample& before, const ProcessSample& after) {
  CpuUsed used;
  for (const auto& [thread, now] : after.threads) {
    const auto earlier = before.threads.find(thread);
    const ThreadTimes then = earlier == before.threads.end() ? ThreadTimes{} : earlier->second;
    const ThreadTimes more{now.ran - std::min(now.ran, then.ran), now.waited - std::min(now.waited, then.waited)};
    used.ns += more.ran;
    used.threads += more.ran > 0;
    if (more.ran > used.busiest.ran) used.busiest = more;
  }
  const std::uint64_t user = after.user_ns - before.user_ns, kernel = after.kernel_ns - before.kernel_ns;
  used.kernel_share =
      user + kernel < 100'000'000 ? -1 : static_cast<double>(kernel) / static_cast<double>(user + kernel);
  return used;
}

}  // namespace duplex::bench
