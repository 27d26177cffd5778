// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/bench/content.h"
#include "app/bench/target.h"

namespace duplex::bench {

enum class Mode : std::uint8_t {
  echo,       ///< every connection sends, and gets back what it sent
  broadcast,  ///< some connections send, all of them (the senders too) get it
  idle,       ///< connections that only stay
  handshake,  ///< connect, upgrade, close
  request,    ///< HTTP: every connection asks for the URL, over and over
};

/// How a Socket.IO client reaches its server.
enum class Transport : std::uint8_t {
  websocket,  ///< straight
  polling,    ///< HTTP long-polling, for good
  upgrade,    ///< long-polling first, then WebSocket: what socket.io-client does
};

/// What was asked for, after the command line was read. Times are seconds.
struct Options {
  Target target;
  Mode mode = Mode::echo;
  Content content = Content::ascii;
  Transport transport = Transport::websocket;
  std::size_t connections = 100;
  std::size_t in_flight = 1;   ///< messages that a connection has outstanding; closed loop
  std::size_t size = 20;       ///< bytes of a message's content
  std::size_t publishes = 1;   ///< broadcast: messages of one round, of each publisher
  std::size_t publishers = 1;  ///< broadcast: so many of the connections send
  double rate = 0;             ///< messages per second of all senders together; 0: closed loop
  double warmup = 1, duration = 5, hold = 5, timeout = 10;
  std::uint64_t messages = 0;  ///< ends the measurement earlier; 0: does not
  std::size_t opening = 100;   ///< connections in the making at a time
  std::size_t source_addresses = 0;
  std::size_t processes = 1;  ///< generators
  bool socket_io = false, deflate = false, insecure = false, busy = false, json = false;
  bool announce = false;  ///< say on standard error when all connections are open
  std::vector<int> server_pids;
  std::string report;  ///< a file for the run as a page; empty: none
};

/// What makes no sense about them: one sentence, or nothing.
std::optional<std::string> complaint_about(const Options& options);

std::string_view name_of(Mode mode) noexcept;
std::string_view name_of(Content content) noexcept;
std::string_view name_of(Transport transport) noexcept;

}  // namespace duplex::bench
