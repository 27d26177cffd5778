// SPDX-License-Identifier: MIT
#include "connection/ws_endpoint.h"

#include <sys/random.h>

#include <algorithm>

#include "net/reactor.h"

namespace duplex::ws {
namespace {

bool can_drop(Overflow policy) noexcept {
  return policy == Overflow::drop_newest || policy == Overflow::drop_oldest || policy == Overflow::latest_per_key;
}

DeflateOptions options_of(const Handlers& handlers) noexcept {
  const Compression& wanted = handlers.compression;
  const auto bits = static_cast<std::uint8_t>(std::clamp(wanted.window_bits, 9, 15));
  DeflateOptions options;
  options.enabled = wanted.enabled;
  options.server_max_window_bits = options.client_max_window_bits = bits;
  // A message that was compressed against its predecessors cannot be given up: dropping needs independent messages.
  options.server_no_context_takeover = !wanted.context_takeover || can_drop(handlers.overflow);
  options.client_no_context_takeover = !wanted.peer_context_takeover;
  options.threshold = wanted.threshold;
  return options;
}

std::size_t calm_limit_of(const Handlers& handlers) noexcept {
  return std::min(handlers.soft_limit, handlers.hard_limit);
}

std::size_t limit_for_short(const Handlers& handlers) noexcept {
  constexpr std::size_t room = 2 + longest_short_message;
  const bool compresses = handlers.compression.enabled && handlers.compression.threshold <= longest_short_message;
  const std::size_t limit = calm_limit_of(handlers);
  return compresses || can_drop(handlers.overflow) || limit < room ? 0 : limit - room;
}

}  // namespace

MaskKey WsLoop::mask_key() {
  if (random_left_ < sizeof(MaskKey)) {
    // The kernel's generator; a call for 256 bytes or fewer is never cut short.
    while (getrandom(random_.data(), random_.size(), 0) != static_cast<ssize_t>(random_.size())) {
    }
    random_left_ = random_.size();
  }
  random_left_ -= sizeof(MaskKey);
  return load_native<MaskKey>(random_.data() + random_left_);
}

WsEndpoint::WsEndpoint(std::string_view name, Handlers& the_handlers, WsLoop& the_loop, Role the_role,
                       WsCounters* own_counters)
    : handlers(the_handlers),
      loop(the_loop),
      counters(own_counters != nullptr ? *own_counters : the_loop.counters()),
      role(the_role),
      limits{.max_message = the_handlers.max_message,
             .max_fragments = static_cast<std::uint32_t>(the_handlers.max_fragments),
             .deflate = &the_loop.deflate(),
             .large_buffers = &the_loop.reactor().large_buffers()},
      deflate(options_of(the_handlers)),
      calm_limit(calm_limit_of(the_handlers)),
      short_below(the_role == Role::server ? limit_for_short(the_handlers) : 0),
      may_drop(can_drop(the_handlers.overflow)),
      doing_message("on_message of " + std::string(name)),
      doing_open("on_open of " + std::string(name)),
      doing_close("on_close of " + std::string(name)) {}

}  // namespace duplex::ws
