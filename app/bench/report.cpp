// SPDX-License-Identifier: MIT
#include "app/bench/report.h"

#include <algorithm>
#include <cmath>

#include "app/bench/numbers.h"

namespace duplex::bench {
namespace {

std::string_view thing(const Options& options) {
  return options.mode == Mode::handshake   ? "handshake"
         : options.mode == Mode::request   ? "request"
         : options.mode == Mode::broadcast ? "delivery"
                                           : "message";
}

std::string_view by(Transport transport) {
  return transport == Transport::polling   ? " over long-polling"
         : transport == Transport::upgrade ? ", upgraded from long-polling"
                                           : "";
}

std::string row(std::string_view name, const std::string& text) {
  std::string line(name);
  line.resize(17, ' ');
  return line + text + "\n";
}

std::string percent(double share) { return fixed(share * 100, 0) + " %"; }

std::string heading(const Options& options) {
  const Target& target = options.target;
  std::string text = "duplex bench: " + std::string(name_of(options.mode)) + ", " +
                     grouped(static_cast<double>(options.connections)) +
                     (options.connections == 1 ? " connection" : " connections");
  if (options.processes > 1) text += " from " + std::to_string(options.processes) + " processes";
  if (options.mode == Mode::echo || options.mode == Mode::broadcast) {
    text += ", " + bytes_text(static_cast<double>(options.size)) + " " + std::string(name_of(options.content));
    if (options.rate > 0)
      text += ", " + grouped(options.rate) + "/s open loop";
    else if (options.mode == Mode::echo)
      text += ", " + std::to_string(options.in_flight) + " in flight";
    else
      text += ", " + std::to_string(options.publishes) + " a round";
  }
  if (options.publishers > 1) text += ", " + std::to_string(options.publishers) + " publishers";
  if (options.socket_io) text += ", Socket.IO" + std::string(by(options.transport));
  if (target.tls) text += ", TLS";
  return text + ", " + target.host_header() + target.path + "\n";
}

std::string rate_row(const Options& options, const Findings& found) {
  const double per_second = static_cast<double>(found.messages) / found.seconds;
  std::string text = grouped(per_second) + "/s";
  if (options.mode == Mode::echo || options.mode == Mode::broadcast)
    text += ", " + fixed(per_second * static_cast<double>(options.size) / 1e6, 2) + " MB/s of content";
  return text + " (" + grouped(static_cast<double>(found.messages)) + " in " + fixed(found.seconds, 2) + " s)";
}

std::string latency_row(const Histogram& latency) {
  const auto at = [&latency](double p) { return duration_text(static_cast<double>(latency.percentile(p))); };
  return "p50 " + at(50) + ", p90 " + at(90) + ", p99 " + at(99) + ", p99.9 " + at(99.9) + ", max " +
         duration_text(static_cast<double>(latency.max()));
}

std::string server_row(const Options& options, const Findings& found) {
  const CpuUsed& cpu = *found.server;
  std::string text;
  if (found.messages > 0 && options.mode != Mode::idle)
    text = grouped(static_cast<double>(cpu.ns) / static_cast<double>(found.messages)) + " ns a " +
           std::string(thing(options)) + ", ";
  text += percent(static_cast<double>(cpu.busiest.ran) / 1e9 / found.seconds) + " of its busiest thread";
  if (cpu.threads > 1) text += " of " + std::to_string(cpu.threads);
  if (cpu.kernel_share >= 0) text += "; kernel " + percent(cpu.kernel_share) + " of it";
  return text;
}

double memory_per_connection(const Options& options, const Findings& found) {
  const double grown =
      static_cast<double>(found.memory_after->memory) - static_cast<double>(found.memory_before->memory);
  return grown / static_cast<double>(options.connections);
}

/// What a connection costs shows in `idle` only: elsewhere the server's buffers grow, too.
std::string memory_row(const Options& options, const Findings& found) {
  const std::string before_and_after = bytes_text(static_cast<double>(found.memory_before->memory)) + " before, " +
                                       bytes_text(static_cast<double>(found.memory_after->memory)) + " after";
  if (options.mode != Mode::idle) return before_and_after;
  return before_and_after + ": " + grouped(memory_per_connection(options, found)) + " B a connection (" +
         memory_source + ")";
}

double share_of(std::uint64_t ns, const Findings& found) { return static_cast<double>(ns) / 1e9 / found.seconds; }

/// Of several generators, the busiest one's.
double generator_share(const Findings& found) {
  if (found.generators.empty()) return share_of(found.generator_ns, found);
  double most = 0;
  for (const GeneratorTimes& one : found.generators) most = std::max(most, share_of(one.cpu_ns, found));
  return most;
}

std::string generator_row(const Findings& found) {
  if (found.generators.empty())
    return found.spins ? "spins (" + percent(generator_share(found)) + ")"
                       : percent(generator_share(found)) + " of its thread";
  std::string text;
  for (const GeneratorTimes& one : found.generators)
    text += (text.empty() ? "" : ", ") + percent(share_of(one.cpu_ns, found)) + (one.spins ? " (spins)" : "");
  return text + " of " + std::to_string(found.generators.size()) + " processes";
}

}  // namespace

std::vector<std::string> warnings_about(const Options& options, const Findings& found) {
  std::vector<std::string> warnings;
  if (found.seconds <= 0) return warnings;
  const bool saturated = !found.spins && generator_share(found) > 0.95;
  const bool server_idles = found.server && static_cast<double>(found.server->busiest.ran) / 1e9 < 0.95 * found.seconds;
  if (saturated && server_idles)
    warnings.push_back(
        "the generator is the limit, not the server: rate and latency say little, CPU per message holds");
  const double server_waited =
      found.server ? static_cast<double>(found.server->busiest.waited) / 1e9 / found.seconds : 0;
  const double generator_waited = static_cast<double>(found.generator_waited_ns) / 1e9 / found.seconds;
  if (server_waited > 0.05 || generator_waited > 0.05)
    warnings.push_back("other processes were in the way: the server waited for a CPU " + percent(server_waited) +
                       " of the time, the generator " + percent(generator_waited));
  if (options.deflate && found.compressed == 0)
    warnings.push_back("the server did not agree to permessage-deflate: nothing was compressed");
  if (found.late_ns > 10'000'000)
    warnings.push_back("messages left up to " + duration_text(static_cast<double>(found.late_ns)) +
                       " after their time (counted as latency): the generator did not get the CPU when it needed it");
  if (found.interrupted) warnings.push_back("interrupted: the measurement is shorter than was asked for");
  return warnings;
}

std::string table_of(const Options& options, const Findings& found) {
  std::string text = heading(options);
  if (found.opening_seconds > 0)
    text +=
        row("opened",
            grouped(static_cast<double>(found.opened)) + " in " + fixed(found.opening_seconds, 2) + " s" +
                (options.deflate ? ", " + grouped(static_cast<double>(found.compressed)) + " with compression" : ""));
  if (found.seconds > 0) {
    if (options.mode == Mode::idle) {
      text += row("still open",
                  grouped(static_cast<double>(found.still_open)) + " after " + fixed(found.seconds, 1) + " s");
    } else {
      text += row(options.mode == Mode::handshake   ? "handshakes"
                  : options.mode == Mode::broadcast ? "deliveries"
                  : options.mode == Mode::request   ? "requests"
                                                    : "messages",
                  rate_row(options, found));
      text += row("latency", latency_row(found.latency));
    }
    if (found.server) text += row("server CPU", server_row(options, found));
    if (found.memory_before && found.memory_after && options.mode != Mode::handshake)
      text += row("server memory", memory_row(options, found));
    text += row("generator CPU", generator_row(found));
  }
  text += row("errors", grouped(static_cast<double>(found.errors)));
  for (const std::string& warning : warnings_about(options, found)) text += row("note", warning);
  return text;
}

}  // namespace duplex::bench
