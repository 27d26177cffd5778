// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "app/bench/content.h"
#include "protocol/ws/frame.h"

namespace duplex::bench {

/// A WebSocket message.
struct Part {
  ws::Opcode opcode = ws::Opcode::text;
  std::string payload;
};

/// What counts as one message: one WebSocket message, or two for a Socket.IO event with a binary attachment.
using Unit = std::vector<Part>;

/// The messages that a sender goes through over and over: so few that they stay in the cache, so many that a reply out
/// of turn shows. Socket.IO: event `m` with the content as string argument, or as attachment if it is binary.
/// With several publishers, each has as many of its own, which begin with its tag; they follow one another.
std::vector<Unit> make_units(Content content, std::size_t size, bool socket_io, std::size_t publishers = 1);

}  // namespace duplex::bench
