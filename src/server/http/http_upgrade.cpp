// SPDX-License-Identifier: MIT
// How an HTTP connection becomes a WebSocket (RFC 6455 section 4.2).
#include "net/reactor.h"
#include "protocol/ws/handshake.h"
#include "server/http/http_connection.h"
#include "server/http/origin.h"
#include "server/ws/upgrade_access.h"

namespace duplex::http {
namespace {

/// Header lines of one name as one value: "a, b" (RFC 9110 section 5.3). Copies only if there is more than one.
std::string_view joined(const Headers& headers, HeaderId id, std::string& storage) {
  if (!headers.is_repeated(id)) return headers[id];
  storage.clear();
  for (const Header& header : headers)
    if (header.id == id) {
      if (!storage.empty()) storage += ", ";
      storage += header.value;
    }
  return storage;
}

int count(const Headers& headers, HeaderId id) noexcept {
  return headers.has(id) ? (headers.is_repeated(id) ? 2 : 1) : 0;
}

}  // namespace

ws::ServerHandshake HttpConnection::handshake(const ws::WsEndpoint& endpoint) const {
  const Head& head = loop_.head;
  const Headers& h = head.headers;
  std::string connection, protocols, extensions;
  ws::HandshakeRequest request;
  request.method = head.method_name;
  request.http_minor = head.minor_version;
  request.host = head.host();
  request.upgrade = h[HeaderId::upgrade];
  request.connection = joined(h, HeaderId::connection, connection);
  request.key = h[HeaderId::sec_websocket_key];
  request.version = h[HeaderId::sec_websocket_version];
  request.protocols = joined(h, HeaderId::sec_websocket_protocol, protocols);
  request.extensions = joined(h, HeaderId::sec_websocket_extensions, extensions);
  request.key_count = count(h, HeaderId::sec_websocket_key);
  request.version_count = count(h, HeaderId::sec_websocket_version);
  request.has_protocols = h.has(HeaderId::sec_websocket_protocol);
  request.has_body = head.framing.has_body();
  std::vector<std::string_view> ours(endpoint.handlers.protocols.begin(), endpoint.handlers.protocols.end());
  return ws::check_request(request, {.protocols = ours, .deflate = &endpoint.deflate});
}

bool HttpConnection::check_upgrade(const ws::WsEndpoint& endpoint) { return allowed(endpoint, handshake(endpoint)); }

bool HttpConnection::allowed(const ws::WsEndpoint& endpoint, const ws::ServerHandshake& checked) {
  if (checked.status != 101) {
    refuse_upgrade(checked.status, std::to_string(checked.status) + " " + std::string(checked.message) + "\n");
    return false;
  }
  const Head& head = loop_.head;
  const ws::Handlers& handlers = endpoint.handlers;
  const std::string_view origin = head.headers[HeaderId::origin];
  if (origin_allowed(origin, head.host(), stream_->is_tls(), handlers.origins, handlers.require_origin)) return true;
  loop_.reactor.log(LogLevel::warning, "ws",
                    "a page of origin \"" + std::string(origin) + "\" may not connect to " + std::string(head.path) +
                        " on \"" + std::string(head.host()) + "\": list it in the endpoint's `origins` if it should");
  refuse_upgrade(403, "403 pages of this origin may not connect here\n");
  return false;
}

std::optional<Failure> HttpConnection::serve_upgrade(Request& request, Response& response) {
  RouteTable::Outcome target = loop_.router.find_upgrade(request, response);
  using Kind = RouteTable::Outcome::Kind;
  switch (target.kind) {
    case Kind::answered:
      break;
    case Kind::failed:
      return std::move(target.failure);
    case Kind::mount:
      target.mount->on_upgrade(request, *this);
      break;
    case Kind::none:
      // A server may ignore Upgrade (RFC 9110 section 7.8): the request is served as any other.
      return serve_request(request, response);
    case Kind::endpoint:
      open_websocket(loop_.endpoints[target.endpoint], request);
      break;
  }
  return std::nullopt;
}

void HttpConnection::open_websocket(ws::WsEndpoint& endpoint, Request& request) {
  if (loop_.draining) return refuse_upgrade(503, "503 the server is shutting down\n");
  const ws::ServerHandshake checked = handshake(endpoint);
  if (!allowed(endpoint, checked)) return;
  if (!endpoint.handlers.on_upgrade) return become_websocket(endpoint, checked, nullptr, {});
  const std::uint64_t bits = hold_upgrade(endpoint, endpoint.handlers.upgrade_timeout);
  endpoint.handlers.on_upgrade(request, ws::UpgradeAccess::make(bits));
}

std::uint64_t HttpConnection::hold_upgrade(ws::WsEndpoint& endpoint, std::chrono::milliseconds limit) {
  state_ = State::upgrading;
  loop_.response.answered = true;
  upgrade_endpoint_ = &endpoint;
  stream_->set_deadline(limit);
  return stream_->handle_bits();
}

HttpConnection* HttpConnection::holding(std::uint64_t bits) noexcept {
  net::Reactor* reactor = net::Reactor::current();
  net::Stream* stream = reactor == nullptr ? nullptr : reactor->find(bits);
  if (stream == nullptr || stream->is_closing()) return nullptr;
  auto* connection = dynamic_cast<HttpConnection*>(stream->owner());
  return connection != nullptr && connection->state_ == State::upgrading ? connection : nullptr;
}

void HttpConnection::accept_upgrade(ws::WsEndpoint& endpoint, std::string_view protocol, void* user,
                                    std::string_view extra) {
  const std::string chosen(protocol);  // it may lie in the head that is read again
  reparse_head();                      // which came long ago, perhaps
  ws::ServerHandshake agreed = handshake(endpoint);
  if (!chosen.empty()) agreed.protocol = chosen;
  become_websocket(endpoint, agreed, user, extra);
}

/// Answers 101 and hands the stream on. The head of the request is the loop's.
void HttpConnection::become_websocket(ws::WsEndpoint& endpoint, const ws::ServerHandshake& agreed, void* user,
                                      std::string_view extra) {
  stream_->write([&](Buffer& out) { ws::write_response(out, agreed, extra); });
  state_ = State::ended;
  loop_.response.answered = true;
  stream_->clear_deadline();

  // What came behind the request is the first of the WebSocket's bytes.
  Buffer waited = std::move(in_);
  Bytes unread = waited.bytes();
  if (unread_ != nullptr && !unread_->empty()) unread = std::exchange(*unread_, {});
  loop_.request.connection = this;
  loop_.request.head = &loop_.head;
  Access::Exchange exchange(loop_.request, loop_.response);
  stream_->resume_reading();  // it may have paused while the upgrade was decided on
  net::Stream& stream = *stream_;
  const bool peer_ended = peer_ended_;
  ws::WsConnection::open(stream, endpoint, {.deflate = agreed.deflate, .protocol = agreed.protocol}, &exchange.request,
                         unread, user);
  if (peer_ended && !stream.is_closing()) stream.owner()->on_end();  // the end came while we waited, and comes once
  loop_.connections.subtract();
  delete this;
}

void HttpConnection::move_upgrade(int slot, const ws::WsEndpoint& endpoint, Function<void(Arrival)> arrived,
                                  std::string_view extra) {
  Buffer response;
  reparse_head();
  const ws::ServerHandshake switched = handshake(endpoint);
  ws::write_response(response, switched, extra);
  const ws::WsConnection::Agreed agreed{.deflate = switched.deflate, .protocol = {}};
  state_ = State::ended;
  loop_.response.answered = true;
  stream_->clear_deadline();
  Buffer waited = std::move(in_);
  if (unread_ != nullptr) waited.append(std::exchange(*unread_, {}));
  auto arrival = std::make_unique<Arrival>(Arrival{stream_->detach(waited.bytes()), agreed, std::move(response)});
  loop_.connections.subtract();
  net::Reactor::post_to(
      slot, [arrival = std::move(arrival), arrived = std::move(arrived)]() mutable { arrived(std::move(*arrival)); });
  delete this;
}

void HttpConnection::refuse_upgrade(int status, std::string_view body, std::string_view content_type) {
  ResponseHead head;
  head.status = status;
  head.set("Content-Type", content_type);
  if (status == 405) head.set("Allow", "GET");
  if (status == 426) {
    head.set("Upgrade", "websocket");
    head.set("Sec-WebSocket-Version", "13");
  }
  loop_.response.answered = true;
  keep_alive_ = false;
  state_ = State::serving;
  answer(head, as_bytes(body));
}

}  // namespace duplex::http

namespace duplex::ws {

Upgrade::~Upgrade() {
  if (bits_ != 0) refuse(503, "503 the server did not decide\n");
}

void Upgrade::accept(std::string_view protocol) {
  UpgradeAccess::on_connection(std::exchange(bits_, 0),
                               [protocol = std::string(protocol)](http::HttpConnection& connection) {
                                 if (connection.loop().draining)
                                   return connection.refuse_upgrade(503, "503 the server is shutting down\n");
                                 connection.accept_upgrade(connection.upgrade_endpoint(), protocol);
                               });
}

void Upgrade::refuse(int status, std::string_view body) {
  UpgradeAccess::on_connection(std::exchange(bits_, 0),
                               [status, body = std::string(body)](http::HttpConnection& connection) {
                                 connection.refuse_upgrade(status, body);
                               });
}

void UpgradeAccess::on_connection(std::uint64_t bits, Function<void(http::HttpConnection&)> then) {
  if (bits == 0) return;
  const int slot = static_cast<int>(bits >> 56);
  net::Reactor::post_to(slot, [bits, then = std::move(then)]() mutable {
    if (auto* connection = http::HttpConnection::holding(bits)) then(*connection);
  });
}

}  // namespace duplex::ws
