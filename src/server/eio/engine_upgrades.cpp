// SPDX-License-Identifier: MIT
// WebSockets: as the transport of a new session, or as one that may take over from polling, on the loop of its session.
#include "connection/ws_connection.h"
#include "server/eio/engine_loop.h"
#include "server/eio/refusal.h"
#include "server/eio/request_info.h"
#include "server/http/http_connection.h"

namespace duplex::eio {
namespace {

/// Owns a stream between its arrival on this loop and its becoming a WebSocket a moment later.
struct Nobody final : net::StreamOwner {
  void on_bytes(Bytes) override {}
  void on_end() override {}
  void on_drain() override {}
  void on_deadline() override {}
  void on_closed(net::CloseCause) override {}
} nobody;

}  // namespace

/// As Node says it: the bare message, and always 400.
void EngineLoop::refuse_websocket(http::HttpConnection& connection, const std::shared_ptr<const RequestInfo>& info,
                                  const Refusal& refusal) {
  report(LazyInfo(info), refusal);
  connection.refuse_upgrade(
      400, refusal.message.empty() ? eio::info(refusal.error).message : std::string_view(refusal.message), "text/html");
}

void EngineLoop::on_upgrade(http::Request& request, http::HttpConnection& connection) {
  const Parameters p = read_parameters(request.query());
  auto info = RequestAccess::keep(request);
  auto refused = [&](Errc error, std::string_view context) {
    refuse_websocket(connection, info, {.error = error, .context = std::string(context)});
  };
  if (!p.transport || !engine_.takes(*p.transport)) return refused(Errc::transport_unknown, p.transport_text);
  if (*p.transport != Transport::websocket) return refused(Errc::bad_request, "TRANSPORT_MISMATCH");
  if (p.has_sid()) return join(connection, p.sid(), info);
  if (request.method() != "GET") return refused(Errc::bad_handshake_method, request.method());
  if (!connection.check_upgrade(endpoint_)) return;
  const auto dialect = dialect_for(p, options());
  if (!engine_.hooks().allow_request) {
    if (!dialect) return refuse_websocket(connection, info, unsupported_version(*info));
    return open_websocket(connection, std::move(info), *dialect);
  }

  // The time limit is the admission's; that of the connection is a second line.
  const std::uint64_t bits = connection.hold_upgrade(endpoint_, options().admission_timeout + std::chrono::seconds(5));
  auto decided = [this, bits, info, dialect](const Decision& decision) {
    http::HttpConnection* waiting = http::HttpConnection::holding(bits);
    if (waiting == nullptr) return;
    switch (decision.kind) {
      case Decision::Kind::allowed:
        break;
      case Decision::Kind::refused:
        return refuse_websocket(*waiting, info,
                                {.error = Errc::forbidden, .message = decision.message, .context = "ALLOW_REQUEST"});
      case Decision::Kind::undecided:
      case Decision::Kind::failed:
        return waiting->refuse_upgrade(status_of(decision), text_of(decision));
    }
    if (!dialect) return refuse_websocket(*waiting, info, unsupported_version(*info));
    open_websocket(*waiting, info, *dialect);
  };
  admit(info, std::make_shared<AdmissionState>(reactor_, options().admission_timeout, std::move(decided)));
}

void EngineLoop::open_websocket(http::HttpConnection& connection, std::shared_ptr<const RequestInfo> info,
                                Dialect dialect) {
  Session& session = table_.create(*this, Transport::websocket, dialect, info);
  open_.add();
  connection.accept_upgrade(endpoint_, {}, &session, extra_headers(session, *info));
}

/// A WebSocket for a session that exists.
void EngineLoop::join(http::HttpConnection& connection, std::string_view sid,
                      const std::shared_ptr<const RequestInfo>& info) {
  const auto slot = loop_of(sid);
  EngineLoop* owner = slot ? engine_.loop_of_slot(*slot) : nullptr;
  auto unknown = [info, sid = std::string(sid)](EngineLoop& loop, http::HttpConnection& waiting) {
    loop.refuse_websocket(waiting, info, {.error = Errc::session_unknown, .context = sid});
  };
  if (owner == nullptr) return unknown(*this, connection);
  if (owner == this) {
    Session* session = find(sid);
    if (session == nullptr) return unknown(*this, connection);
    if (!connection.check_upgrade(endpoint_)) return;
    return connection.accept_upgrade(endpoint_, {}, session, extra_headers(*session, *info));
  }

  // Asked first, moved then: a refusal is the business of this loop.
  if (!connection.check_upgrade(endpoint_)) return;
  const std::uint64_t bits = connection.hold_upgrade(endpoint_, options().upgrade_timeout);
  owner->reactor_.post([owner, here = this, bits, unknown, info, sid = std::string(sid)]() mutable {
    Session* session = owner->find(sid);
    std::string extra = session != nullptr ? owner->extra_headers(*session, *info) : std::string();
    here->reactor_.post([owner, here, bits, unknown, extra = std::move(extra),
                         found = session != nullptr ? session->bits() : 0]() mutable {
      http::HttpConnection* waiting = http::HttpConnection::holding(bits);
      if (waiting == nullptr) return;
      if (found == 0) return unknown(*here, *waiting);
      waiting->move_upgrade(
          owner->reactor_.slot(), here->endpoint_,
          [owner, found](http::HttpConnection::Arrival arrival) { owner->arrived(found, std::move(arrival)); }, extra);
    });
  });
}

void EngineLoop::arrived(std::uint64_t session_bits, http::HttpConnection::Arrival arrival) {
  net::Stream& stream = reactor_.adopt(std::move(arrival.stream), nobody);
  if (stream.is_closing()) return;
  stream.write(arrival.switch_response.bytes());
  Session* session = Session::find(session_bits);
  ws::WsConnection::open(stream, endpoint_, arrival.agreed, nullptr, {}, session);
  auto& socket = *static_cast<ws::WsConnection*>(stream.owner());
  if (session != nullptr)
    session->on_websocket_open(socket);
  else
    socket.start_closing(1005, {});
}

}  // namespace duplex::eio
