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

std::string_view name_of(Transport transport) noexcept {
  switch (transport) {
    case Transport::websocket:
      return "websocket";
    case Transport::polling:
      return "polling";
    case Transport::upgrade:
      return "upgrade";
  }
  return {};
}

std::optional<std::string> complaint_about(const Options& options) {
  const bool sends = options.mode == Mode::echo || options.mode == Mode::broadcast;
  const bool tagged = options.publishers > 1;
  if (sends && options.size < smallest(options.content, tagged))
    return "--content " + std::string(name_of(options.content)) + (tagged ? " with --publishers" : "") +
           " needs a --size of at least " + std::to_string(smallest(options.content, tagged));
  if (options.rate > 0 && !sends) return "--rate goes with --mode echo or broadcast";
  if (options.rate > 0 && options.in_flight != 1)
    return "--rate and --in-flight exclude each other: a fixed rate does not wait for replies";
  if (options.in_flight != 1 && options.mode != Mode::echo && options.mode != Mode::request)
    return "--in-flight goes with --mode echo or request";
  if (options.mode == Mode::request && !options.target.socket_io)
    return "--mode request goes with http:// and https://";
  if (options.publishes != 1 && options.mode != Mode::broadcast) return "--publishes goes with --mode broadcast";
  if (options.publishers != 1 && options.mode != Mode::broadcast) return "--publishers goes with --mode broadcast";
  if (options.publishers > options.connections) return "--publishers are some of the --connections: there are too few";
  if (options.rate > 0 && options.publishes != 1)
    return "--rate and --publishes exclude each other: a fixed rate has no rounds";
  if (options.processes > options.connections) return "--processes share the --connections: there are too few";
  if (options.processes > 1 && options.messages > 0)
    return "--processes and --messages exclude each other: the processes' windows end together";
  if (options.insecure && !options.target.tls) return "--insecure goes with wss:// and https://";
  if (options.transport != Transport::websocket && !options.socket_io)
    return "--transport goes with Socket.IO: an http:// or https:// URL, or --socket-io";
  if (options.transport == Transport::polling && options.deflate)
    return "--deflate is WebSocket's: it does not go with --transport polling";
  return {};
}

}  // namespace duplex::bench
