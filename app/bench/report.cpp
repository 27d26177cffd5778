// SPDX-License-Identifier: MIT
#include "app/bench/report.h"

#include <cmath>

#include "app/bench/numbers.h"

namespace duplex::bench {
namespace {

std::string_view thing(const Options& options) {
  return options.mode == Mode::handshake ? "handshake" : options.mode == Mode::broadcast ? "delivery" : "message";
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
  if (options.mode == Mode::echo || options.mode == Mode::broadcast) {
    text += ", " + bytes_text(static_cast<double>(options.size)) + " " + std::string(name_of(options.content));
    if (options.rate > 0)
      text += ", " + grouped(options.rate) + "/s open loop";
    else if (options.mode == Mode::echo)
      text += ", " + std::to_string(options.in_flight) + " in flight";
    else
      text += ", " + std::to_string(options.publishes) + " a round";
  }
  if (options.socket_io) text += ", Socket.IO";
  if (target.tls) text += ", TLS";
  return text + ", " + target.host_header() + target.path + "\n";
}

std::string rate_row(const Options& options, const Result& result) {
  const double per_second = static_cast<double>(result.messages) / result.seconds;
  std::string text = grouped(per_second) + "/s";
  if (options.mode != Mode::handshake)
    text += ", " + fixed(per_second * static_cast<double>(options.size) / 1e6, 2) + " MB/s of content";
  return text + " (" + grouped(static_cast<double>(result.messages)) + " in " + fixed(result.seconds, 2) + " s)";
}

std::string latency_row(const Histogram& latency) {
  const auto at = [&latency](double p) { return duration_text(static_cast<double>(latency.percentile(p))); };
  return "p50 " + at(50) + ", p90 " + at(90) + ", p99 " + at(99) + ", p99.9 " + at(99.9) + ", max " +
         duration_text(static_cast<double>(latency.max()));
}

std::string server_row(const Options& options, const Result& result) {
  const CpuUsed& cpu = *result.server;
  std::string text;
  if (result.messages > 0 && options.mode != Mode::idle)
    text = grouped(static_cast<double>(cpu.ns) / static_cast<double>(result.messages)) + " ns a " +
           std::string(thing(options)) + ", ";
  text += percent(static_cast<double>(cpu.busiest.ran) / 1e9 / result.seconds) + " of its busiest thread";
  if (cpu.threads > 1) text += " of " + std::to_string(cpu.threads);
  if (cpu.kernel_share >= 0) text += "; kernel " + percent(cpu.kernel_share) + " of it";
  return text;
}

double memory_per_connection(const Options& options, const Result& result) {
  const double grown =
      static_cast<double>(result.memory_after->memory) - static_cast<double>(result.memory_before->memory);
  return grown / static_cast<double>(options.connections);
}

/// What a connection costs shows in `idle` only: elsewhere the server's buffers grow, too.
std::string memory_row(const Options& options, const Result& result) {
  const std::string before_and_after = bytes_text(static_cast<double>(result.memory_before->memory)) + " before, " +
                                       bytes_text(static_cast<double>(result.memory_after->memory)) + " after";
  if (options.mode != Mode::idle) return before_and_after;
  return before_and_after + ": " + grouped(memory_per_connection(options, result)) + " B a connection (" +
         memory_source + ")";
}

double generator_share(const Result& result) { return static_cast<double>(result.generator_ns) / 1e9 / result.seconds; }

}  // namespace

std::vector<std::string> warnings_about(const Options& options, const Result& result) {
  std::vector<std::string> warnings;
  if (result.seconds <= 0) return warnings;
  const bool saturated = !result.spins && generator_share(result) > 0.95;
  const bool server_idles =
      result.server && static_cast<double>(result.server->busiest.ran) / 1e9 < 0.95 * result.seconds;
  if (saturated && server_idles)
    warnings.push_back(
        "the generator is the limit, not the server: rate and latency say little, CPU per message holds");
  const double server_waited =
      result.server ? static_cast<double>(result.server->busiest.waited) / 1e9 / result.seconds : 0;
  const double generator_waited = static_cast<double>(result.generator_waited_ns) / 1e9 / result.seconds;
  if (server_waited > 0.05 || generator_waited > 0.05)
    warnings.push_back("other processes were in the way: the server waited for a CPU " + percent(server_waited) +
                       " of the time, the generator " + percent(generator_waited));
  if (options.deflate && result.compressed == 0)
    warnings.push_back("the server did not agree to permessage-deflate: nothing was compressed");
  if (result.late_ns > 10'000'000)
    warnings.push_back("messages left up to " + duration_text(static_cast<double>(result.late_ns)) +
                       " after their time (counted as latency): the generator did not get the CPU when it needed it");
  if (result.interrupted) warnings.push_back("interrupted: the measurement is shorter than was asked for");
  return warnings;
}

std::string table_of(const Options& options, const Result& result) {
  std::string text = heading(options);
  if (result.opening_seconds > 0)
    text +=
        row("opened",
            grouped(static_cast<double>(result.opened)) + " in " + fixed(result.opening_seconds, 2) + " s" +
                (options.deflate ? ", " + grouped(static_cast<double>(result.compressed)) + " with compression" : ""));
  if (result.seconds > 0) {
    if (options.mode == Mode::idle) {
      text += row("still open",
                  grouped(static_cast<double>(result.still_open)) + " after " + fixed(result.seconds, 1) + " s");
    } else {
      text += row(options.mode == Mode::handshake   ? "handshakes"
                  : options.mode == Mode::broadcast ? "deliveries"
                                                    : "messages",
                  rate_row(options, result));
      text += row("latency", latency_row(result.latency));
    }
    if (result.server) text += row("server CPU", server_row(options, result));
    if (result.memory_before && result.memory_after && options.mode != Mode::handshake)
      text += row("server memory", memory_row(options, result));
    text += row("generator CPU", result.spins ? "spins (" + percent(generator_share(result)) + ")"
                                              : percent(generator_share(result)) + " of its thread");
  }
  text += row("errors", grouped(static_cast<double>(result.errors)));
  for (const std::string& warning : warnings_about(options, result)) text += row("note", warning);
  return text;
}

}  // namespace duplex::bench
