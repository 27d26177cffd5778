// SPDX-License-Identifier: MIT
#include "app/bench/bench.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

#include "app/bench/crew.h"
#include "app/bench/generator.h"
#include "app/bench/page.h"
#include "app/bench/report.h"
#include "app/bench/tag.h"

namespace duplex::bench {

void add_options(CLI::App& verb, const std::shared_ptr<Options>& options) {
  Options& o = *options;
  verb.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);  // so that scripts can overrule
  verb.add_option_function<std::string>(
          "url",
          [options](const std::string& url) {
            const auto target = parse_target(url);
            if (!target)
              throw CLI::ValidationError("url", "not ws://, wss://, http:// or https://host:port/path: " + url);
            options->target = *target;
          },
          "ws://host:port/path or wss://…; http://… or https://…: Socket.IO, or plain HTTP with --mode request")
      ->required();
  verb.add_option("--mode", o.mode, "echo, broadcast, idle, handshake or request (default: echo)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Mode>{{"echo", Mode::echo},
                                                                      {"broadcast", Mode::broadcast},
                                                                      {"idle", Mode::idle},
                                                                      {"handshake", Mode::handshake},
                                                                      {"request", Mode::request}})
                      .description(""));
  verb.add_option("--content", o.content, "ascii, cjk, binary or json (default: ascii)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Content>{{"ascii", Content::ascii},
                                                                         {"cjk", Content::cjk},
                                                                         {"binary", Content::binary},
                                                                         {"json", Content::json}})
                      .description(""));
  verb.add_option("--transport", o.transport, "Socket.IO: websocket, polling or upgrade (default: websocket)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Transport>{{"websocket", Transport::websocket},
                                                                           {"polling", Transport::polling},
                                                                           {"upgrade", Transport::upgrade}})
                      .description(""));
  verb.add_option("--connections", o.connections, "Connections")
      ->check(CLI::Range(1, 2'000'000))
      ->capture_default_str();
  verb.add_option("--in-flight", o.in_flight, "Messages that each connection has outstanding")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  verb.add_option("--size", o.size, "Bytes of content in a message")
      ->check(CLI::Range(0, 256 * 1024 * 1024))
      ->capture_default_str();
  verb.add_option("--rate", o.rate, "Messages a second, of all connections, whatever comes back (open loop)")
      ->check(CLI::Range(0.001, 1e8));
  verb.add_option("--publishers", o.publishers, "Broadcast: so many of the connections send, each in rounds of its own")
      ->check(CLI::Range(std::size_t{1}, most_publishers))
      ->capture_default_str();
  verb.add_option("--publishes", o.publishes, "Broadcast: messages of a round, sent at once")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  verb.add_option("--duration", o.duration, "Seconds to measure")->check(CLI::Range(0.01, 1e6))->capture_default_str();
  verb.add_option("--messages", o.messages, "Messages to measure, if they come earlier than the duration ends");
  verb.add_option("--warmup", o.warmup, "Seconds of load before measuring")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  verb.add_option("--hold", o.hold, "Idle: seconds to hold the connections")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  verb.add_option("--timeout", o.timeout, "Seconds to wait for what does not come")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str();
  verb.add_option("--opening", o.opening, "Connections in the making at a time")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  verb.add_option("--processes", o.processes, "Generators, each a process with its share of connections and rate")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb.add_option("--source-addresses", o.source_addresses,
                  "Connect from so many addresses, 127.0.0.1 on: each has some 28,000 ports")
      ->check(CLI::Range(1, 60'000));
  verb.add_option("--server-pid", o.server_pids, "Report CPU and memory of this process; may be given again")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::Range(1, 1 << 30));
  verb.add_flag("--socket-io", o.socket_io, "Speak Socket.IO to a ws:// or wss:// URL, too: event `m` in namespace /");
  verb.add_flag("--deflate", o.deflate, "Offer permessage-deflate, and compress if it is agreed");
  verb.add_flag("--insecure", o.insecure, "Do not verify the server's certificate");
  verb.add_flag("--busy", o.busy, "Never sleep: for the shortest latency, on a CPU of its own");
  verb.add_flag("--announce", o.announce, "Say on standard error when all connections are open");
  verb.add_flag("--json", o.json, "Print one JSON object instead of the table");
  verb.add_option("--report", o.report, "Write the run as one HTML page to this file, too")->type_name("FILE");
  verb.footer("Exit codes: 0 all that was sent came back as it should; 1 something did not; 2 wrong usage.");
}

namespace {

/// Before the load as after it: what cannot be written is said before anything is measured.
int cannot_write(const std::string& why) {
  std::cerr << "duplex: " << why << '\n';
  return 1;
}

int play(const Options& options) {
  if (!options.report.empty())
    if (const auto why = complaint_about_file(options.report)) return cannot_write(*why);
  const Findings found = options.processes > 1 ? run_crew(options) : Generator(options).run();
  if (options.json)
    std::cout << json_of(options, found) << std::flush;
  else if (found.seconds > 0)
    std::cout << table_of(options, found) << std::flush;
  if (!options.report.empty())
    if (const auto why = write_file(options.report, page_of(json_of(options, found)))) return cannot_write(*why);
  if (found.errors == 0) return found.interrupted ? 1 : 0;
  std::cerr << "duplex: " << found.first_error;
  if (found.errors > 1) std::cerr << " (the first of " << found.errors << " errors)";
  std::cerr << '\n';
  return 1;
}

}  // namespace
}  // namespace duplex::bench

namespace duplex::app {

void add_bench(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<bench::Options>();
  CLI::App* verb = app.add_subcommand("bench", "Put load on a WebSocket or Socket.IO server, and say how it takes it");
  bench::add_options(*verb, options);
  verb->callback([options, &exit_code] {
    options->socket_io |= options->target.socket_io && options->mode != bench::Mode::request;
    if (const auto complaint = bench::complaint_about(*options)) throw CLI::ValidationError("bench", *complaint);
    exit_code = bench::play(*options);
  });
}

}  // namespace duplex::app
