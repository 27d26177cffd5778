// SPDX-License-Identifier: MIT
// Sending on a WebSocket, and what happens to messages when the peer does not read them.
#include "connection/ws_extras.h"
#include "net/reactor.h"
#include "protocol/ws/message_encoder.h"

namespace duplex::ws {
namespace {

// From here on the payload goes to the kernel from where it lies: the copy would cost more than the second slice.
constexpr std::size_t large_message = 16 * 1024;

bool drops(Overflow policy) noexcept {
  return policy == Overflow::drop_newest || policy == Overflow::drop_oldest || policy == Overflow::latest_per_key;
}

net::EntryOptions entry_for(SendOptions options, Overflow policy) noexcept {
  return {.droppable = drops(policy), .key = policy == Overflow::latest_per_key ? options.key : 0};
}

}  // namespace

// A short message behind others of the same turn is what a busy server sends most: no limit is near, nothing is
// compressed or dropped, and it costs little more than its bytes.
Sent WsConnection::send_message(Message message, SendOptions options) {
  if (message.size() > longest_short_message || state_ != State::open) return send_any(message, options);
  Buffer* const run = stream().ready_run(endpoint_.short_below);
  if (run == nullptr) return send_any(message, options);
  const std::size_t size = 2 + message.size();
  std::byte* const to = run->prepare(size);
  to[0] = static_cast<std::byte>(first_byte(true, 0, message.is_text() ? Opcode::text : Opcode::binary));
  to[1] = static_cast<std::byte>(message.size());
  if (message.size() != 0) std::memcpy(to + 2, message.bytes().data(), message.size());
  run->commit(size);
  endpoint_.counters.messages_out.add();
  endpoint_.counters.bytes_out.add(message.size());
  stream().appended(size);
  return Sent::ok;
}

bool WsConnection::send_short(std::string_view head, std::string_view rest) {
  const std::size_t length = head.size() + rest.size();
  if (length > longest_short_message || state_ != State::open) return false;
  const auto encode = [&](Buffer& out) {
    std::byte* const to = out.prepare(2 + length);
    to[0] = static_cast<std::byte>(first_byte(true, 0, Opcode::text));
    to[1] = static_cast<std::byte>(length);
    if (head.size() == 2)  // without a call
      std::memcpy(to + 2, head.data(), 2);
    else
      std::memcpy(to + 2, head.data(), head.size());
    std::memcpy(to + 2 + head.size(), rest.data(), rest.size());
    out.commit(2 + length);
  };
  if (Buffer* const run = stream().ready_run(endpoint_.short_below)) {
    encode(*run);
    stream().appended(2 + length);
  } else if (stream().buffered() < endpoint_.short_below) {
    stream().write(encode);
  } else {
    return false;
  }
  endpoint_.counters.messages_out.add();
  endpoint_.counters.bytes_out.add(length);
  return true;
}

Sent WsConnection::send_any(Message message, SendOptions options) {
  if (state_ != State::open) return Sent::closed;
  const Overflow policy = endpoint_.handlers.overflow;
  Sent result = Sent::ok;
  if (!fits(message.size(), policy) && !make_room(message.size(), options, policy, result)) return result;

  const Opcode opcode = message.is_text() ? Opcode::text : Opcode::binary;
  ConstBytes payload = message.bytes();
  bool compressed = false;
  if (const DeflateAgreement* agreed = deflate();
      agreed != nullptr && options.compress && payload.size() >= endpoint_.deflate.threshold) {
    const bool server = endpoint_.role == Role::server;
    DeflateParameters parameters;
    parameters.window_bits = server ? agreed->server_max_window_bits : agreed->client_max_window_bits;
    DeflateContexts& contexts = endpoint_.loop.deflate();
    if (server ? agreed->server_no_context_takeover : agreed->client_no_context_takeover) {
      payload = contexts.compress(parameters, payload);
    } else {
      if (!extras_->deflater) extras_->deflater.emplace(parameters);
      payload = contexts.compress(*extras_->deflater, payload);
    }
    compressed = true;
  }

  endpoint_.counters.messages_out.add();
  endpoint_.counters.bytes_out.add(payload.size());
  const net::EntryOptions entry = entry_for(options, policy);
  if (endpoint_.role == Role::client) {
    const FrameHeader header{
        .rsv = compressed ? rsv_compressed : std::uint8_t{0}, .opcode = opcode, .mask = endpoint_.loop.mask_key()};
    stream().write([&](Buffer& out) { encode_frame(out, header, payload); }, entry);
  } else if (payload.size() >= large_message) {
    stream().write_large(encode_header(opcode, payload.size(), compressed).view(), payload, entry);
  } else {
    stream().write(
        [&](Buffer& out) {
          const std::size_t size = frame_size(payload.size(), false);
          write_frame(out.prepare(size), opcode, payload, compressed);
          out.commit(size);
        },
        entry);
  }
  return queued_or_ok();
}

Sent WsConnection::send_frame(const net::Slice& frame, SendOptions options, Overflow policy, bool compressed) {
  if (state_ != State::open) return Sent::closed;
  if (!drops(policy) && stream().write_on(frame, endpoint_.calm_limit)) {
    sent_frame(frame.size(), compressed);
    return Sent::ok;
  }
  Sent result = Sent::ok;
  if (!fits(frame.size(), policy) && !make_room(frame.size(), options, policy, result)) return result;
  sent_frame(frame.size(), compressed);
  stream().write(frame, entry_for(options, policy));
  return queued_or_ok();
}

void WsConnection::sent_frame(std::size_t bytes, bool compressed) noexcept {
  // A frame that was compressed for all does not extend this connection's own window.
  if (compressed && extras_ && extras_->deflater) extras_->deflater->reset();
  endpoint_.counters.messages_out.add();
  endpoint_.counters.bytes_out.add(bytes);
}

/// Whether it may be queued with no more ado: as nearly every message may.
bool WsConnection::fits(std::size_t bytes, Overflow policy) const noexcept {
  const std::size_t waiting = stream().buffered();
  return waiting == 0 || (waiting + bytes <= endpoint_.handlers.hard_limit && policy != Overflow::latest_per_key);
}

/// Applies the overflow policy to a message that is about to be queued behind others; false: it is not to be queued.
bool WsConnection::make_room(std::size_t bytes, SendOptions options, Overflow policy, Sent& result) {
  net::Outbox* waiting = stream().outbox();
  WsCounters& counters = endpoint_.counters;
  if (policy == Overflow::latest_per_key && options.key != 0 && waiting != nullptr) {
    const net::Dropped old = waiting->drop_key(options.key);
    counters.conflated.add(old.entries);
    if (old.entries != 0) extras().dropped += old.entries;
  }
  const std::size_t limit = endpoint_.handlers.hard_limit;
  if (stream().buffered() == 0 || stream().buffered() + bytes <= limit) return true;
  // One message may pass the limit: a peer whose own requests filled the outbox is not read until it is down again
  // (see read_messages), and must not be closed for the answer that filled it.
  if (policy == Overflow::disconnect && stream().buffered() <= limit) return true;
  switch (policy) {
    case Overflow::queue:
      return true;
    case Overflow::drop_oldest:
    case Overflow::latest_per_key: {
      if (waiting == nullptr) return true;
      const net::Dropped old = waiting->drop_oldest_to(limit > bytes ? limit - bytes : 0);
      counters.dropped.add(old.entries);
      extras().dropped += old.entries;
      if (stream().buffered() == 0 || stream().buffered() + bytes <= limit) return true;
      [[fallthrough]];  // what waits is pinned: the newest has to go
    }
    case Overflow::drop_newest:
      counters.dropped.add();
      ++extras().dropped;
      result = Sent::dropped;
      return false;
    case Overflow::disconnect:
      break;
  }
  counters.slow_disconnects.add();
  result = Sent::closed;
  fail_with({"WS_TOO_SLOW", "the peer reads too slowly: more than hard_limit bytes wait for it",
             close_code::try_again_later});
  return false;
}

/// What `send` says; of `queued`, on_drain will tell the end.
Sent WsConnection::queued_or_ok() noexcept {
  const std::size_t limit = endpoint_.handlers.soft_limit;
  if (stream().buffered() <= limit) return Sent::ok;
  stream().tell_when_down_to(limit / 2);
  return Sent::queued;
}

}  // namespace duplex::ws
