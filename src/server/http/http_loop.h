// SPDX-License-Identifier: MIT
#pragma once
#include <deque>

#include "connection/ws_endpoint.h"
#include "core/counter.h"
#include "protocol/http/date.h"
#include "protocol/http/line_scanner.h"
#include "server/http/route_table.h"

namespace duplex::net {
class Reactor;
}

namespace duplex::http {

/// What all HTTP connections of one loop share. One loop's thread; the counters are read by any.
struct HttpLoop {
  HttpLoop(net::Reactor& its_reactor, RouteTable& routes, const Limits& the_limits)
      : reactor(its_reactor),
        router(routes),
        limits(the_limits),
        head_limits{.first_line = the_limits.request_line, .head = the_limits.head, .headers = the_limits.headers} {}

  net::Reactor& reactor;
  RouteTable& router;
  const Limits& limits;
  HeadLimits head_limits;
  std::deque<ws::WsEndpoint> endpoints;  ///< this loop's view of them, by number
  CachedDate date;

  // Reused from request to request; nested dispatch does not happen: one request is served at a time.
  Head head;
  RequestData request;
  ResponseData response;

  /// Heads of answers that have been given, for the next ones.
  ResponseHead take_spare_head() {
    if (spare_heads_.empty()) return {};
    ResponseHead spare = std::move(spare_heads_.back());
    spare_heads_.pop_back();
    return spare;
  }
  void give_back(ResponseHead used) {
    constexpr std::size_t kept = 16, most_fields = 16;
    if (spare_heads_.size() >= kept || used.is_bare() || used.capacity() > most_fields) return;
    used.clear();
    spare_heads_.push_back(std::move(used));
  }

  Counter connections, accepted, requests, handler_errors;
  bool draining = false;  ///< answers say Connection: close

 private:
  std::vector<ResponseHead> spare_heads_;
};

}  // namespace duplex::http
