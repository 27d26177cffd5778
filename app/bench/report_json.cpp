// SPDX-License-Identifier: MIT
#include <duplex/json_write.h>

#include <algorithm>
#include <array>

#include "app/bench/machine.h"
#include "app/bench/report.h"

namespace duplex::bench {
namespace {

using json::object;
using json::Text;

std::string url_of(const Target& target) {
  const std::string scheme = target.socket_io ? "http" : "ws";
  return scheme + (target.tls ? "s://" : "://") + target.host_header() + target.path;
}

Text options_json(const Options& o) {
  return object("url", url_of(o.target), "mode", name_of(o.mode), "protocol",
                o.socket_io               ? "socket.io"
                : o.mode == Mode::request ? "http"
                                          : "websocket",
                "transport", o.mode == Mode::request ? "http" : name_of(o.transport), "tls", o.target.tls,
                "connections", o.connections, "in_flight", o.in_flight, "publishers", o.publishers, "publishes",
                o.publishes, "rate", o.rate, "size", o.size, "content", name_of(o.content), "deflate", o.deflate,
                "processes", o.processes, "source_addresses", o.source_addresses, "warmup_s", o.warmup, "duration_s",
                o.duration, "hold_s", o.hold, "messages", o.messages, "busy", o.busy);
}

Text machine_json() {
  const Machine m = look_at_machine();
  return object("kernel", m.kernel, "arch", m.arch, "cpu", m.cpu, "cpus", m.cpus, "usable_cpus", m.usable_cpus,
                "memory", m.memory, "load", m.load, "date", m.date);
}

/// `buckets`: the last value of each bucket that is not empty, and its count.
Text latency_json(const Histogram& h) {
  std::vector<std::array<std::uint64_t, 2>> buckets;
  for (std::size_t i = 0; i < Histogram::bucket_count; ++i)
    if (h.count_at(i) > 0) buckets.push_back({Histogram::last_of(i), h.count_at(i)});
  return object("count", h.total(), "min", h.min(), "mean", h.mean(), "p50", h.percentile(50), "p90", h.percentile(90),
                "p99", h.percentile(99), "p99_9", h.percentile(99.9), "max", h.max(), "buckets", buckets);
}

Text server_json(const Options& o, const Findings& r) {
  const CpuUsed& cpu = *r.server;
  std::optional<double> per_message, per_connection, kernel_share;
  if (r.messages > 0) per_message = static_cast<double>(cpu.ns) / static_cast<double>(r.messages);
  if (cpu.kernel_share >= 0) kernel_share = cpu.kernel_share;
  std::uint64_t before = 0, after = 0;
  if (r.memory_before && r.memory_after) {
    before = r.memory_before->memory;
    after = r.memory_after->memory;
    per_connection = (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(o.connections);
  }
  return object("cpu_ns", cpu.ns, "cpu_ns_per_message", per_message, "busiest_thread_share",
                static_cast<double>(cpu.busiest.ran) / 1e9 / r.seconds, "threads", cpu.threads, "waited_share",
                static_cast<double>(cpu.busiest.waited) / 1e9 / r.seconds, "kernel_share", kernel_share,
                "memory_before", before, "memory_after", after, "memory_per_connection", per_connection,
                "memory_source", memory_source);
}

/// Of several: what they did together, but the shares of the one that had most to do and waited longest.
Text generator_json(const Findings& r) {
  const auto share = [&r](std::uint64_t ns) { return r.seconds > 0 ? static_cast<double>(ns) / 1e9 / r.seconds : 0.0; };
  std::vector<Text> processes;
  std::uint64_t busiest = r.generators.empty() ? r.generator_ns : 0;
  for (const GeneratorTimes& one : r.generators) {
    busiest = std::max(busiest, one.cpu_ns);
    processes.push_back(object("connections", one.connections, "messages", one.messages, "cpu_ns", one.cpu_ns, "share",
                               share(one.cpu_ns), "waited_share", share(one.waited_ns), "spins", one.spins, "late_ns",
                               one.late_ns));
  }
  return object("cpu_ns", r.generator_ns, "share", share(busiest), "waited_share", share(r.generator_waited_ns),
                "spins", r.spins, "late_ns", r.late_ns, "processes", processes);
}

}  // namespace

std::string json_of(const Options& o, const Findings& r) {
  const double per_second = r.seconds > 0 ? static_cast<double>(r.messages) / r.seconds : 0;
  std::optional<Text> server;
  if (r.server && r.seconds > 0) server = server_json(o, r);
  const Text generator = generator_json(r);
  const Text all =
      object("version", DUPLEX_VERSION, "command", own_command(), "machine", machine_json(), "options", options_json(o),
             "seconds", r.seconds, "messages", r.messages, "per_second", per_second, "megabytes_per_second",
             per_second * static_cast<double>(o.size) / 1e6, "wire_bytes", r.wire_bytes, "rates", r.rates, "latency_ns",
             latency_json(r.latency), "opened", r.opened, "opening_seconds", r.opening_seconds, "still_open",
             r.still_open, "compressed", r.compressed, "server", server, "generator", generator, "errors", r.errors,
             "missing", r.missing, "first_error", r.first_error, "warnings", warnings_about(o, r));
  return std::string(all.text()) + "\n";
}

}  // namespace duplex::bench
