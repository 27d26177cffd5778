// SPDX-License-Identifier: MIT
#include "connection/ws_connection.h"

#include <algorithm>
#include <exception>

#include "connection/ws_extras.h"
#include "net/reactor.h"
#include "protocol/ws/message_encoder.h"

namespace duplex::ws {
namespace {

// One stream may spend this much of a turn; the rest waits for the next one, so that no peer can hold up the others.
constexpr int messages_per_turn = 256;
constexpr auto time_per_turn = std::chrono::milliseconds(5);

// A message that takes longer than the endpoint's frame_timeout must have come at this rate at least.
constexpr std::uint64_t slowest_rate = 1024;  // bytes a second

}  // namespace

WsConnection::WsConnection(WsEndpoint& endpoint) : endpoint_(endpoint), heard_(tick()) {}

WsConnection::~WsConnection() = default;

void WsConnection::open(net::Stream& stream, WsEndpoint& endpoint, const Agreed& agreed, const http::Request* request,
                        Bytes unread, void* user) {
  static_assert(sizeof(WsConnection) <= net::Stream::room_size && alignof(WsConnection) <= alignof(void*));
  auto* connection = ::new (stream.room()) WsConnection(endpoint);
  stream.set_owner(connection);
  if (agreed.deflate) connection->extras().deflate = agreed.deflate;
  if (!agreed.protocol.empty()) connection->extras().protocol = agreed.protocol;
  connection->set_user(user);
  endpoint.counters.open.add();
  connection->watch();

  connection->opened_ = true;
  if (endpoint.handlers.on_open && request != nullptr)
    connection->guarded(endpoint.doing_open, [&] { endpoint.handlers.on_open(*connection, *request); });
  if (!unread.empty()) connection->on_bytes(unread);  // unless on_open has ended it
}

// -- reading ----------------------------------------------------------------------------------------------------------

void WsConnection::on_bytes(Bytes bytes) {
  if (state_ == State::ending) return;
  heard_ = tick();
  endpoint_.counters.bytes_in.add(bytes.size());
  MessageDecoder decoder(endpoint_.role, endpoint_.limits, std::move(unfinished_));
  if (extras_ && extras_->deflate) decoder.enable_deflate(*extras_->deflate);
  decoder.feed(bytes, heard_);
  read_messages(decoder);
}

void WsConnection::read_messages(MessageDecoder& decoder) {
  const bool was_unfinished = decoder.mid_message(), ping_was_out = ping_out_;
  const auto started = std::chrono::steady_clock::now();
  int count = 0;
  while (auto incoming = decoder.next()) {
    received_message(*incoming);
    if (state_ == State::ending) return;  // the handler, or a Close, ended it
    ++count;
    if (stream().is_held() || count >= messages_per_turn ||
        (count % 32 == 0 && std::chrono::steady_clock::now() - started > time_per_turn)) {
      const Bytes rest = decoder.take_rest();
      if (!rest.empty()) stream().put_aside(rest);
      break;
    }
  }
  if (auto error = decoder.error()) return fail(*error);

  unfinished_ = decoder.suspend();
  const bool unfinished = unfinished_.mid_message();
  if (unfinished && !unfinished_.input_room().empty()) stream().read_in_place();
  if ((unfinished && !was_unfinished) || (ping_was_out && !ping_out_)) watch();
}

void WsConnection::received_message(const Incoming& incoming) {
  switch (incoming.kind) {
    case Incoming::text:
    case Incoming::binary:
      endpoint_.counters.messages_in.add();
      // While we wait for the peer's Close, its data has nobody to go to any more.
      if (state_ != State::open || !endpoint_.handlers.on_message) return;
      return guarded(endpoint_.doing_message, [&] {
        endpoint_.handlers.on_message(
            *this, incoming.kind == Incoming::text ? Message(as_text(incoming.payload)) : Message(incoming.payload));
      });
    case Incoming::ping:
      return received_ping(incoming.payload);
    case Incoming::pong:
      return received_pong(incoming.payload);
    case Incoming::close:
      return received_close(incoming.close_frame);
  }
}

void WsConnection::on_drain() {
  if (state_ != State::open) return;
  if (extras_ && extras_->pending_pong) {
    const std::string payload = *std::exchange(extras_->pending_pong, std::nullopt);
    std::optional<MaskKey> key;
    if (endpoint_.role == Role::client) key = endpoint_.loop.mask_key();
    stream().write([&](Buffer& out) { encode_pong(out, as_bytes(payload), key); });
  }
  if (endpoint_.handlers.on_drain) guarded(endpoint_.doing_message, [&] { endpoint_.handlers.on_drain(*this); });
}

// -- ending -----------------------------------------------------------------------------------------------------------

void WsConnection::received_close(const CloseFrame& frame) {
  close_code_ = frame.code;
  if (!frame.reason.empty()) extras().close_reason = frame.reason;
  if (state_ == State::open) {  // answer with the same code (RFC 6455 section 5.5.1)
    std::optional<MaskKey> key;
    if (endpoint_.role == Role::client) key = endpoint_.loop.mask_key();
    stream().write([&](Buffer& out) { encode_close(out, frame.code, {}, key); });
  }
  state_ = State::ending;
  stream().set_deadline(endpoint_.handlers.close_timeout);
  if (endpoint_.role == Role::server) stream().close();  // RFC 6455 section 7.1.1: the server closes TCP first
}

void WsConnection::start_closing(std::uint16_t code, std::string_view reason) {
  if (state_ != State::open) return;
  state_ = State::closing;
  std::optional<MaskKey> key;
  if (endpoint_.role == Role::client) key = endpoint_.loop.mask_key();
  stream().write([&](Buffer& out) { encode_close(out, code, reason, key); });
  stream().set_deadline(endpoint_.handlers.close_timeout);
}

void WsConnection::terminate_now() {
  if (state_ == State::ending) return;
  state_ = State::ending;
  stream().abort();
}

void WsConnection::fail(Errc error) { fail_with({name_of(error), text_of(error), close_code_for(error)}); }

void WsConnection::fail_with(const Error& error) {
  if (state_ == State::ending) return;
  net::Reactor& reactor = this->reactor();
  std::string line = "closing ";
  line += peer();
  line += " with ";
  line += std::to_string(error.close_code);
  line += ": ";
  line += error.text;
  reactor.log(LogLevel::info, "ws", line);
  finish(error.close_code, {});
  if (endpoint_.handlers.on_error) guarded(endpoint_.doing_close, [&] { endpoint_.handlers.on_error(*this, error); });
}

/// Fails the connection (RFC 6455 section 7.1.7): Close, end of stream, and what still comes is not looked at.
void WsConnection::finish(std::uint16_t code, std::string_view reason) {
  if (state_ == State::open) {
    std::optional<MaskKey> key;
    if (endpoint_.role == Role::client) key = endpoint_.loop.mask_key();
    stream().write([&](Buffer& out) { encode_close(out, code, reason, key); });
  }
  close_code_ = code;
  state_ = State::ending;
  stream().close_lingering(endpoint_.handlers.close_timeout);
}

void WsConnection::on_end() {
  if (state_ == State::ending) return stream().close();
  state_ = State::ending;  // no Close came: 1006, after what is queued has gone out
  stream().set_deadline(endpoint_.handlers.close_timeout);
  stream().close();
}

void WsConnection::on_closed(net::CloseCause) {
  state_ = State::ending;
  endpoint_.counters.open.subtract();
  if (opened_ && endpoint_.handlers.on_close) {
    const Close close{close_code_, extras_ ? std::string_view(extras_->close_reason) : std::string_view()};
    guarded(endpoint_.doing_close, [&] { endpoint_.handlers.on_close(*this, close); });
  }
  this->~WsConnection();
}

// -- time -------------------------------------------------------------------------------------------------------------

std::uint32_t WsConnection::tick() const noexcept {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(reactor().now().time_since_epoch()).count());
}

std::chrono::milliseconds WsConnection::since(std::uint32_t from) const noexcept {
  return std::chrono::milliseconds(tick() - from);
}

/// Sets the one timer to the next moment at which something has to be looked at.
void WsConnection::watch() {
  if (state_ != State::open) return;
  const Handlers& h = endpoint_.handlers;
  constexpr auto never = std::chrono::milliseconds::max();
  auto next = never;
  const auto quiet = since(heard_);
  if (h.idle_timeout.count() > 0) next = std::min(next, h.idle_timeout - quiet);
  if (h.ping_interval.count() > 0 && !ping_out_) next = std::min(next, h.ping_interval - quiet);
  if (h.frame_timeout.count() > 0 && unfinished_.mid_message())
    next = std::min(next, std::max(h.frame_timeout - since(unfinished_.since()), std::chrono::milliseconds(1000)));
  if (next != never) stream().set_deadline(std::max(next, std::chrono::milliseconds(1)));
}

void WsConnection::on_deadline() {
  if (state_ != State::open) {  // the peer did not answer our Close, or did not take what was queued
    state_ = State::ending;
    return stream().abort();
  }
  const Handlers& h = endpoint_.handlers;
  const auto quiet = since(heard_);
  if (h.idle_timeout.count() > 0 && quiet >= h.idle_timeout) {
    reactor().log(LogLevel::info, "ws", "no sign of life from " + peer() + ": closing");
    state_ = State::ending;
    return stream().abort();
  }
  if (h.frame_timeout.count() > 0 && unfinished_.mid_message()) {
    const auto busy = since(unfinished_.since());
    if (busy >= h.frame_timeout &&
        unfinished_.received() * 1000 / static_cast<std::uint64_t>(busy.count()) < slowest_rate)
      return fail_with({"WS_MESSAGE_TOO_SLOW", "a message came at less than 1 KiB/s", close_code::policy_violation});
  }
  if (h.ping_interval.count() > 0 && quiet >= h.ping_interval && !ping_out_) {
    ping_out_ = true;
    send_ping({});
  }
  watch();
}

// -- odds and ends ----------------------------------------------------------------------------------------------------

/// Runs a handler of the user's: what it throws ends this connection and no other.
template <class F>
void WsConnection::guarded(const std::string& what, F&& handler) {
  net::Reactor& reactor = this->reactor();
  const char* const before = reactor.doing();  // a handler may be called inside of another
  reactor.doing(what.c_str());
  try {
    handler();
    return reactor.doing(before);
  } catch (const std::exception& e) {
    handler_threw(what, e.what());
  } catch (...) {
    handler_threw(what, "something that is not a std::exception");
  }
  reactor.doing(before);
}

void WsConnection::handler_threw(const std::string& what, std::string_view thrown) {
  endpoint_.counters.handler_errors.add();
  reactor().log(LogLevel::error, "ws", what + " threw: " + std::string(thrown));
  if (state_ != State::ending) finish(close_code::internal_error, {});
}

void WsConnection::run(Function<void(Socket&)>& fn) {
  static const std::string what = "what was run through a handle";
  guarded(what, [&] { fn(*this); });
}

WsConnection::Extras& WsConnection::extras() { return extras_ ? *extras_.operator->() : extras_.make(*this); }

WsConnection::ExtrasOrUser::~ExtrasOrUser() {
  if (*this) delete operator->();
}
WsConnection::Extras& WsConnection::ExtrasOrUser::make(WsConnection& connection) {
  auto* extras = new Extras(connection);
  extras->user = reinterpret_cast<void*>(bits_);
  bits_ = reinterpret_cast<std::uintptr_t>(extras) | is_extras;
  return *extras;
}
void* WsConnection::ExtrasOrUser::user() const noexcept {
  return *this ? operator->()->user : reinterpret_cast<void*>(bits_);
}
void WsConnection::ExtrasOrUser::set_user(void* user, WsConnection& connection) {
  const auto bits = reinterpret_cast<std::uintptr_t>(user);
  if (!*this && (bits & is_extras) == 0)
    bits_ = bits;
  else
    connection.extras().user = user;
}

const DeflateAgreement* WsConnection::deflate() const noexcept {
  return extras_ && extras_->deflate ? &*extras_->deflate : nullptr;
}
WsConnection& WsConnection::of_member(const RoomMember& member) noexcept {
  return static_cast<const Extras::Member&>(member).connection;
}
RoomMember& WsConnection::room_member() { return extras().rooms; }
std::uint64_t WsConnection::dropped() const noexcept { return extras_ ? extras_->dropped : 0; }
std::string_view WsConnection::protocol() const noexcept {
  return extras_ ? std::string_view(extras_->protocol) : std::string_view();
}
void* WsConnection::user() const noexcept { return extras_.user(); }
void WsConnection::set_user(void* user) { extras_.set_user(user, *this); }

std::optional<std::chrono::microseconds> WsConnection::round_trip() const noexcept {
  if (round_trip_us_ == 0) return {};
  return std::chrono::microseconds(round_trip_us_);
}

void WsConnection::put_data(void* value, const void* type, void (*destroy)(void*) noexcept) {
  Extras& e = extras();
  if (e.destroy_data != nullptr) e.destroy_data(e.data);
  e.data = value;
  e.data_type = type;
  e.destroy_data = destroy;
}

void* WsConnection::get_data(const void* type) const noexcept {
  return extras_ && extras_->data_type == type ? extras_->data : nullptr;
}

}  // namespace duplex::ws
