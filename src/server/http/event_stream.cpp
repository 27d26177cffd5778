// SPDX-License-Identifier: MIT
// Server-sent events on an HTTP connection: an answer that does not end.
#include <duplex/http_events.h>

#include "net/reactor.h"
#include "protocol/http/response.h"
#include "protocol/sse/event.h"
#include "server/http/http_connection.h"

namespace duplex::http {
namespace {

bool drops(ws::Overflow policy) noexcept { return policy != ws::Overflow::disconnect && policy != ws::Overflow::queue; }

sse::Fields fields_of(const Event& event) noexcept {
  sse::Fields fields{.data = event.data, .name = event.name, .id = event.id};
  if (event.retry) fields.retry = static_cast<std::uint64_t>(event.retry->count());
  return fields;
}

int slot_of(std::uint64_t bits) noexcept { return static_cast<int>(bits >> 56); }

}  // namespace

// -- the connection ---------------------------------------------------------------------------------------------------

std::uint64_t HttpConnection::open_events(ResponseHead& head, const EventStreamOptions& options) {
  if (state_ == State::ended) return 0;
  head.set("Content-Type", "text/event-stream");
  if (head.get("cache-control").empty()) head.set("Cache-Control", "no-cache");
  head.set("X-Accel-Buffering", "no");  // or nginx would keep events back
  if (http10_) keep_alive_ = false;
  Errc error = head.error;
  if (error == Errc::ok) stream_->write([&](Buffer& out) { error = write_head(out, head, std::nullopt); });
  if (error != Errc::ok) {
    refuse_answer(error);
    return 0;
  }
  if (head_only_) {
    answer_ended();
    return 0;
  }
  state_ = State::streaming;
  events_ = std::make_unique<Events>(Events{options, std::string(loop_.head.headers[HeaderId::last_event_id]), false});
  if (options.heartbeat.count() != 0) stream_->set_deadline(options.heartbeat);
  return stream_->handle_bits();
}

HttpConnection* HttpConnection::streaming(std::uint64_t bits) noexcept {
  net::Reactor* reactor = net::Reactor::current();
  net::Stream* stream =
      reactor == nullptr || bits == 0 || reactor->slot() != slot_of(bits) ? nullptr : reactor->find(bits);
  if (stream == nullptr || stream->is_closing()) return nullptr;
  auto* connection = dynamic_cast<HttpConnection*>(stream->owner());
  return connection != nullptr && connection->state_ == State::streaming ? connection : nullptr;
}

/// One entry of the outbox, so that a policy drops whole blocks.
void HttpConnection::write_block(ConstBytes block, net::EntryOptions entry) {
  stream_->write(
      [&](Buffer& out) {
        if (http10_)
          out.append(block);
        else
          write_chunk(out, block);
      },
      entry);
}

Sent HttpConnection::send_block(ConstBytes block, std::uint64_t key) {
  const EventStreamOptions& options = events_->options;
  const bool by_key = options.overflow == ws::Overflow::latest_per_key && key != 0;
  if (by_key && stream_->outbox() != nullptr) stream_->outbox()->drop_key(key);
  const std::size_t waiting = stream_->buffered();
  if (waiting != 0 && waiting + block.size() > options.hard_limit && options.overflow != ws::Overflow::queue) {
    if (options.overflow == ws::Overflow::drop_newest) return Sent::dropped;
    if (options.overflow == ws::Overflow::disconnect) {
      loop_.reactor.log(LogLevel::info, "http", stream_->peer().text() + " is too slow for its event stream: closed");
      state_ = State::ended;
      stream_->abort();
      return Sent::closed;
    }
    const std::size_t room = options.hard_limit - std::min(options.hard_limit, block.size());
    stream_->outbox()->drop_oldest_to(room);
    if (stream_->buffered() > room) return Sent::dropped;  // what has begun to leave cannot be dropped
  }
  write_block(block, {.droppable = drops(options.overflow), .key = by_key ? key : 0});
  events_->sent = true;
  return stream_->buffered() > options.hard_limit / 4 ? Sent::queued : Sent::ok;
}

void HttpConnection::beat() {
  if (!events_->sent && stream_->buffered() == 0) write_block(as_bytes(sse::heartbeat), {});
  events_->sent = false;
  stream_->set_deadline(events_->options.heartbeat);
}

void HttpConnection::end_events() {
  if (!http10_) stream_->write([](Buffer& out) { write_last_chunk(out); });
  stream_->clear_deadline();
  end_with_lingering();
}

// -- the handle -------------------------------------------------------------------------------------------------------

EventStream Response::event_stream() { return event_stream(EventStreamOptions()); }

EventStream Response::event_stream(const EventStreamOptions& options) {
  if (data_->answered) {
    data_->connection->warn("an event stream was asked for after the answer");
    return EventStream();
  }
  data_->answered = true;
  return EventStream(data_->connection->open_events(data_->head, options));
}

Sent EventStream::send(const Event& event) const {
  Buffer block;
  if (!sse::encode(block, fields_of(event))) return Sent::dropped;
  if (HttpConnection* connection = HttpConnection::streaming(bits_))
    return connection->send_block(block.bytes(), event.key);
  const net::Reactor* here = net::Reactor::current();
  if (bits_ == 0 || (here != nullptr && here->slot() == slot_of(bits_))) return Sent::closed;
  const bool posted =
      net::Reactor::post_to(slot_of(bits_), [bits = bits_, key = event.key, block = std::string(block.text())] {
        if (auto* connection = HttpConnection::streaming(bits)) connection->send_block(as_bytes(block), key);
      });
  return posted ? Sent::queued : Sent::closed;
}

void EventStream::close() const {
  if (bits_ == 0) return;
  net::Reactor::post_to(slot_of(bits_), [bits = bits_] {
    if (auto* connection = HttpConnection::streaming(bits)) connection->end_events();
  });
}

std::string EventStream::last_event_id() const {
  HttpConnection* connection = HttpConnection::streaming(bits_);
  return connection == nullptr ? std::string() : connection->last_event_id();
}

}  // namespace duplex::http
