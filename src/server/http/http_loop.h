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

  Counter connections, accepted, requests, handler_errors;
  bool draining = false;  ///< answers say Connection: close
};

}  // namespace duplex::http
