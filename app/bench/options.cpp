// SPDX-License-Identifier: MIT
#include "app/bench/options.h"

namespace duplex::bench {

std::string_view name_of(Mode mode) noexcept {
  switch (mode) {
    case Mode::echo:
      return "echo";
    case Mode::broadcast:
      return "broadcast";
    case Mode::idle:
      return "idle";
    case Mode::handshake:
      return "handshake";
    case Mode::request:
      return "request";
  }
  return {};
}

std::string_view name_of(Content content) noexcept {
  switch (content) {
    case Content::ascii:
      return "ascii";
    case Content::cjk:
      return "cjk";
    case Content::binary:
      return "binary";
    case Content::json:
      return "json";
  }
  return {};
}

std::optional<std::string> complaint_about(const Options& options) {
  const bool sends = options.mode == Mode::echo || options.mode == Mode::broadcast;
  if (sends && options.size < smallest(options.content))
    return "--content " + std::string(name_of(options.content)) + " needs a --size of at least " +
           std::to_string(smallest(options.content));
  if (options.rate > 0 && !sends) return "--rate goes with --mode echo or broadcast";
  if (options.rate > 0 && options.in_flight != 1)
    return "--rate and --in-flight exclude each other: a fixed rate does not wait for replies";
  if (options.in_flight != 1 && options.mode != Mode::echo && options.mode != Mode::request)
    return "--in-flight goes with --mode echo or request";
  if (options.mode == Mode::request && !options.target.socket_io)
    return "--mode request goes with http:// and https://";
  if (options.publishes != 1 && options.mode != Mode::broadcast) return "--publishes goes with --mode broadcast";
  if (options.rate > 0 && options.publishes != 1)
    return "--rate and --publishes exclude each other: a fixed rate has no rounds";
  if (options.insecure && !options.target.tls) return "--insecure goes with wss:// and https://";
  return {};
}

}  // namespace duplex::bench
