// SPDX-License-Identifier: MIT
#include "server/sio/client.h"

#include <algorithm>

#include "protocol/sio/encode.h"
#include "server/sio/encoded_packet.h"
#include "server/sio/legacy.h"
#include "server/sio/namespace_core.h"

namespace duplex::sio {
namespace {

constexpr std::size_t longest_echo = 256;         // bytes of a client's that it reads again in a refusal
constexpr std::size_t largest_kept = 256 * 1024;  // of the text that a parser makes, between messages
constexpr unsigned most_strays = 1'000;           // acks that nobody waits for, a minute
constexpr std::chrono::minutes stray_window{1};

}  // namespace

Client::Client(eio::Session& its_session, IoLoop& its_loop) : session(its_session), loop(its_loop) {
  connect_timer_ = loop.reactor.after(loop.io.options().connect_timeout, [this] {
    connect_timer_ = 0;
    if (sockets.empty()) fail("it entered no namespace in time");
  });
}

Client::~Client() = default;

void Client::stop_timers() {
  if (connect_timer_ != 0) loop.reactor.cancel(std::exchange(connect_timer_, 0));
  if (attachments_timer_ != 0) loop.reactor.cancel(std::exchange(attachments_timer_, 0));
}

void Client::fail(std::string_view why) {
  if (std::exchange(closing_, true)) return;
  if (loop.io.log().says(LogLevel::debug))
    loop.reactor.log(LogLevel::debug, "sio", "a connection is closed: " + std::string(why));
  session.end("forced close", why);
}

void Client::closed(const eio::CloseReason& why) {
  closing_ = true;
  stop_timers();
  for (const auto& each : joining) each->abandon();
  session.set_user(nullptr);
  loop.bury(std::shared_ptr<void>(std::shared_ptr<Client>(this)));  // its handlers, and a middleware, may be at work
  const bool may_return = why.reason != "parse error";
  for (ServerSocket* socket : std::vector(sockets.begin(), sockets.end()))
    socket->leave_namespace(why.reason, why.details, may_return);
}

void Client::opened() {
  if (is_legacy()) connect({.type = PacketType::connect, .id = {}, .payload = {}}, {});
}

void Client::receive(ws::Message message) {
  if (closing_) return;
  if (loop.parser != nullptr)
    received_by(*loop.parser, message);
  else if (message.is_text())
    received_text(message.text());
  else
    received_binary(message.bytes());
}

void Client::received_text(std::string_view text) {
  if (assembler_ && assembler_->waiting()) return fail(sio::text(Errc::unexpected_text));
  const bool utf8_known = !session.is_reading_upload();  // a WebSocket's text has been looked at
  EventParts event;
  std::optional<std::uint64_t> ack;
  if (main_ != nullptr && utf8_known && decode_plain_event(text, loop.decoding, event, ack)) {
    loop.scratch.clear();
    return main_->received_event(event, {}, ack);
  }
  received_other(text, utf8_known);
}

void Client::received_other(std::string_view text, bool utf8_known) {
  if (is_legacy() && text.starts_with('0')) return received_legacy_connect(text);
  DecodeOptions options = loop.decoding;
  options.utf8_known = utf8_known;
  const Result<Packet> packet = decode(text, options);
  if (!packet) return fail(sio::text(static_cast<Errc>(packet.error().value())));
  if (!has_attachments(packet->type)) return handle(*packet, {});

  if (!assembler_)
    assembler_ =
        std::make_unique<BinaryAssembler>(loop.io.options().max_attachments * loop.io.options().engine.max_http_buffer);
  if (const auto begun = assembler_->begin(*packet); !begun)
    return fail(sio::text(static_cast<Errc>(begun.error().value())));
  attachments_timer_ = loop.reactor.after(loop.io.options().attachments_timeout, [this] {
    attachments_timer_ = 0;
    fail("attachments did not come in time");
  });
}

void Client::received_legacy_connect(std::string_view text) {
  const LegacyConnect asked = read_legacy_connect(text);
  Result<Packet> packet = decode(asked.packet, loop.decoding);
  if (!packet) return fail(sio::text(static_cast<Errc>(packet.error().value())));
  packet->payload = asked.auth.text();
  connect(*packet, {});
}

void Client::received_binary(ConstBytes bytes) {
  if (!assembler_ || !assembler_->waiting()) return fail(sio::text(Errc::unexpected_binary));
  const auto complete = assembler_->add(bytes);
  if (!complete) return fail(sio::text(static_cast<Errc>(complete.error().value())));
  if (!*complete) return;
  if (attachments_timer_ != 0) loop.reactor.cancel(std::exchange(attachments_timer_, 0));
  handle(assembler_->packet(), assembler_->attachments());
  assembler_->clear();
}

void Client::received_by(const Parser& parser, ws::Message message) {
  Parsed parsed = std::exchange(loop.parsed, {});
  if (const std::error_code error = parser.decode(message, loop.parser_limits, parsed)) {
    fail(error.message());
  } else {
    parsed.packet.attachments = static_cast<std::uint32_t>(parsed.binaries.size());
    if (const auto wrong = check(parsed.packet, loop.decoding, parsed.is_valid))
      fail(sio::text(*wrong));
    else
      handle(parsed.packet, parsed.binaries);
  }
  if (parsed.text.capacity() > largest_kept) return;
  parsed.text.clear();
  parsed.binaries.clear();
  parsed.is_valid = false;
  loop.parsed = std::move(parsed);
}

void Client::send(PacketType type, std::string_view nsp, std::string_view payload) {
  Buffer room = std::exchange(loop.packet, {});
  const EncodedPacket packet(loop.parser, room, {.type = type, .nsp = nsp, .id = {}, .payload = payload});
  sio::send(session, packet.message(), {});
  loop.packet = std::move(room);
}

void Client::refuse(std::string_view nsp, std::string_view message, json::View data) {
  json::Loan loan;
  write_refusal(loan.text(), message, data);
  send(PacketType::connect_error, nsp, loan.text());
}

ServerSocket* Client::find(std::string_view nsp) noexcept {
  if (nsp.size() == 1) return main_;  // each begins with a slash
  for (ServerSocket* socket : sockets)
    if (socket->local->core.name() == nsp) return socket;
  return nullptr;
}

void Client::handle(const Packet& packet, std::span<const json::Binary> attachments) {
  if (packet.type == PacketType::connect) return connect(packet, attachments);
  if (packet.type == PacketType::connect_error) return fail("a client does not refuse connections");
  ServerSocket* const socket = find(packet.nsp);
  if (socket == nullptr) {
    // What was under way when the server said goodbye is no offence.
    if (dismissed_ && std::find(dismissed_->begin(), dismissed_->end(), packet.nsp) != dismissed_->end()) return;
    return fail("a packet for a namespace that it is not in");
  }
  if (packet.type == PacketType::disconnect) return socket->leave_namespace("client namespace disconnect", {}, false);
  if (packet.payload.empty()) return;  // tolerated: `42`, `43`, `430`
  if (is_event(packet.type)) return socket->received_event(packet.payload, attachments, packet.id);
  if (packet.id) socket->received_ack(*packet.id, packet.payload, attachments);
}

void Client::connect(const Packet& packet, std::span<const json::Binary> attachments) {
  const auto is_it = [&](const auto& each) { return each->core->name() == packet.nsp; };
  // Some clients ask twice, one packet after the other: once is enough. It counts, so that it ends.
  if (find(packet.nsp) != nullptr || std::any_of(joining.begin(), joining.end(), is_it)) return count_refusal();

  std::string_view auth = packet.payload.empty() ? std::string_view("{}") : packet.payload;
  json::Loan loan;
  if (!attachments.empty()) {  // it is kept as text: as JSON.stringify has a Buffer
    json::Writer(loan.text()).view(json::View(auth, attachments));
    auth = loan.text();
  }
  const bool room_for_more = sockets.size() + joining.size() < loop.io.options().max_namespaces;
  auto core = room_for_more ? loop.io.find_for(packet.nsp, json::View(auth)) : nullptr;
  if (closing_) {  // the rule of a pattern is a user's
    if (core) core->entering.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  if (!core) {
    if (packet.nsp.size() > longest_echo) return fail("a namespace that is not there, and is too long to be named");
    refuse(packet.nsp, room_for_more ? "Invalid namespace" : "Too many namespaces");
    return count_refusal();
  }
  joining.push_back(std::make_unique<Joining>(*this, std::move(core), ++joinings, session.handshake_pointer(), auth));
  joining.back()->proceed();
}

void Client::count_refusal() {
  if (++refusals_ < loop.io.options().max_refusals || closing_) return;
  closing_ = true;
  session.close_session(false);  // once it has read why
}

void Client::entered(ServerSocket& socket) {
  sockets.push_back(&socket);
  if (socket.local->core.name() == "/") main_ = &socket;
  if (dismissed_) std::erase(*dismissed_, socket.local->core.name());
  if (connect_timer_ != 0) loop.reactor.cancel(std::exchange(connect_timer_, 0));
}

void Client::left(ServerSocket& socket, bool by_server) {
  sockets.erase(&socket);
  if (main_ == &socket) main_ = nullptr;
  if (!by_server || closing_) return;
  if (!dismissed_) dismissed_ = std::make_unique<std::vector<std::string>>();
  dismissed_->push_back(socket.local->core.name());
  if (dismissed_->size() > loop.io.options().max_namespaces) dismissed_->erase(dismissed_->begin());
}

void Client::disconnect_all() {
  for (ServerSocket* socket : std::vector(sockets.begin(), sockets.end())) socket->disconnect_now(false);
  if (std::exchange(closing_, true)) return;
  session.close_session(false);
}

void Client::stray_ack() {
  loop.counters.stray_acks.add();
  const auto now = loop.reactor.now();
  if (now - strays_since_ > stray_window) {
    strays_since_ = now;
    strays_ = 0;
  }
  if (++strays_ > most_strays) fail("acks that nobody waits for");
}

void Client::marked() {
  for (ServerSocket* socket : sockets)
    if (auto* extras = socket->extras_if_any()) {
      if (!socket->local->core.ordered_elsewhere()) socket->local->catch_up();  // at once
      extras->continuity.marked = std::max(extras->continuity.marked, socket->local->delivered);
      if (socket->local->core.ordered_elsewhere()) socket->local->catch_up();  // for the next time
    }
}
void Client::mark_seen() {
  for (ServerSocket* socket : sockets)
    if (auto* extras = socket->extras_if_any()) extras->continuity.floor = extras->continuity.marked;
}

}  // namespace duplex::sio
