// SPDX-License-Identifier: MIT
#include "server/eio/engine_loop.h"

#include <vector>

#include "protocol/http/token.h"

namespace duplex::eio {

EngineLoop::EngineLoop(Engine& engine, net::Reactor& reactor, ws::WsLoop& ws, ws::Handlers& websocket,
                       SessionTable& table)
    : engine_(engine),
      reactor_(reactor),
      endpoint_(engine.options().path, websocket, ws, ws::Role::server, &websocket_),
      table_(table) {}

Session* EngineLoop::find(std::string_view sid) const noexcept {
  Session* session = table_.find(sid);
  return session != nullptr && &session->loop() == this ? session : nullptr;
}

void EngineLoop::forget(const Session& session) {
  table_.forget(session);
  open_.subtract();
}

// -- the end of a turn ------------------------------------------------------------------------------------------------

void EngineLoop::flush_later(std::uint64_t session) {
  to_flush_.push_back(session);
  at_end_of_turn();
}

void EngineLoop::bury(std::uint64_t session) {
  to_bury_.push_back(session);
  at_end_of_turn();
}

void EngineLoop::at_end_of_turn() {
  if (std::exchange(end_of_turn_due_, true)) return;
  reactor_.at_end_of_turn([this] { end_turn(); });
}

/// Answers the polls for which something was sent in this turn, and frees sessions that ended in it.
void EngineLoop::end_turn() {
  end_of_turn_due_ = false;
  flushing_.swap(to_flush_);
  burying_.swap(to_bury_);
  for (const std::uint64_t bits : flushing_)
    if (Session* session = Session::find(bits)) session->flush_poll();
  for (const std::uint64_t bits : burying_) table_.destroy(bits);
  flushing_.clear();
  burying_.clear();
}

void EngineLoop::collect(std::vector<std::uint64_t>& sessions) {
  table_.for_each([&](Session& session) {
    if (&session.loop() == this && !session.is_closed()) sessions.push_back(session.bits());
  });
}

void EngineLoop::close_all(std::string_view reason) {
  std::vector<std::uint64_t> open;
  collect(open);
  for (const std::uint64_t bits : open)
    if (Session* session = Session::find(bits)) session->end(reason, {});
}

// -- memory that polling sessions lend each other ---------------------------------------------------------------------

void EngineLoop::give_back(Buffer payload) {
  constexpr std::size_t most = 64 * 1024;
  payload.clear();
  if (payload.capacity() <= most) payload_ = std::move(payload);
}

Outgoing EngineLoop::take_outgoing() {
  if (spare_outgoing_.empty()) return {};
  Outgoing outgoing = std::move(spare_outgoing_.back());
  spare_outgoing_.pop_back();
  return outgoing;
}

void EngineLoop::give_back(Outgoing outgoing) {
  constexpr std::size_t kept = 16, most = 16 * 1024;
  outgoing.clear();
  if (spare_outgoing_.size() < kept && outgoing.capacity() <= most) spare_outgoing_.push_back(std::move(outgoing));
}

// -- headers ----------------------------------------------------------------------------------------------------------

bool EngineLoop::wants_requests() const noexcept {
  const EngineOptions& hooks = options();
  return hooks.on_headers || hooks.on_initial_headers || hooks.on_connection_error;
}

void EngineLoop::add_headers(bool first, http::Reply& reply, LazyInfo& request) {
  EngineOptions& hooks = engine_.hooks();
  if (!hooks.on_headers && !(first && hooks.on_initial_headers)) return;
  ExtraHeaders extra;
  if (first && hooks.on_initial_headers) hooks.on_initial_headers(extra, request.get());
  if (hooks.on_headers) hooks.on_headers(extra, request.get());
  for (const auto& [name, value] : extra.fields) reply.header(name, value);
}

void EngineLoop::answer_upload(Upload& upload, bool first) {
  upload.reply.status(200).header("Content-Type", "text/html").header("cache-control", "no-store");
  add_headers(first, upload.reply, upload.info);
  upload.reply.send("ok");
}

/// The same as lines of the answer to a WebSocket handshake; one that could break out of its line is left out.
std::string EngineLoop::extra_headers(Session& session, const RequestInfo& request) {
  EngineOptions& hooks = engine_.hooks();
  const bool first = session.take_first_answer();
  ExtraHeaders extra;
  if (first && hooks.on_initial_headers) hooks.on_initial_headers(extra, request);
  if (hooks.on_headers) hooks.on_headers(extra, request);
  std::string lines;
  for (const auto& [name, value] : extra.fields) {
    if (!http::is_token(name) || !http::is_field_value(value)) {
      reactor_.log(LogLevel::error, "eio",
                   "a header of a hook was left out: it holds a character that no header may hold");
      continue;
    }
    lines.append(name).append(": ").append(value).append("\r\n");
  }
  return lines;
}

}  // namespace duplex::eio
