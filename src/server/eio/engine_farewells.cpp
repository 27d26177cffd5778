// SPDX-License-Identifier: MIT
// A client that closes may send its close and its last poll at the same moment, on two connections, and they may be
// heard in either order (several loops; a load balancer). Heard last, the poll would find its session gone; so the
// answer to such a close waits a moment for it, and the poll hears what it would have heard before the close. Whoever
// polls after the answer to the close is refused, as ever: it is only given when nothing more can come.
#include <algorithm>

#include "server/eio/engine_loop.h"

namespace duplex::eio {
namespace {

constexpr auto patience = std::chrono::milliseconds(100);
constexpr std::size_t most_farewells = 256;  // more at once are answered without waiting

}  // namespace

void EngineLoop::part_with(const Sid& sid, Dialect dialect, std::unique_ptr<Upload> closing) {
  if (farewells_.size() >= most_farewells) return answer_upload(*closing, false);
  const net::TimerId timer = reactor_.after(patience, [this, sid] { (void)end_farewell(text_of(sid)); });
  closing->info.leave(wants_requests());
  farewells_.push_back({sid, dialect, std::move(closing), timer});
}

/// Answers the close of that session, and says how it spoke; nothing if it was answered before.
std::optional<Dialect> EngineLoop::end_farewell(std::string_view sid) {
  const auto found = std::find_if(farewells_.begin(), farewells_.end(),
                                  [sid](const Farewell& farewell) { return text_of(farewell.sid) == sid; });
  if (found == farewells_.end()) return std::nullopt;
  const Farewell farewell = std::move(*found);
  farewells_.erase(found);
  reactor_.cancel(farewell.timer);
  answer_upload(*farewell.closing, false);
  return farewell.dialect;
}

/// A poll whose session is gone: was it sent before its client heard that the session is closed?
bool EngineLoop::bid_farewell(SessionRequest& request, http::Reply& poll) {
  if (request.method != SessionRequest::Method::get) return false;
  const auto dialect = end_farewell(text_of(request.sid));
  if (!dialect) return false;
  Buffer payload;
  append(payload, *dialect, PacketType::noop);
  begin_poll_answer(poll, *dialect);
  add_headers(false, poll, request.info);
  std::string script;
  poll.send(dialect->jsonp ? poll_body(payload.text(), *dialect, request.info.get(), script) : payload.text());
  return true;
}

}  // namespace duplex::eio
