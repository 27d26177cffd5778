// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <array>
#include <cstring>

#include "app/bench/generator.h"
#include "protocol/eio/payload.h"
#include "protocol/ws/message_encoder.h"

namespace duplex::bench {

void Generator::start_traffic() {
  sending_ = true;
  const std::uint64_t now = clock_ns();
  switch (options_.mode) {
    case Mode::idle:
      return;
    case Mode::request:
      for (Connection& connection : connections_) {
        ask(connection, options_.in_flight, now);
        flush(connection);
      }
      return;
    case Mode::handshake:
      for (Connection& connection : connections_) {
        if (failed_) return;
        begin(connection);
      }
      return;
    case Mode::broadcast:
      if (options_.rate > 0)
        schedule_ = Schedule(options_.rate, options_.publishers, first_due());
      else
        for (std::size_t i = seat_.number; i < options_.publishers; i += seat_.of) publish_round(i);
      return;
    case Mode::echo:
      if (options_.rate > 0) {
        schedule_ = Schedule(options_.rate, connections_.size(), first_due());
        return;
      }
      for (Connection& connection : connections_) {
        queue(connection, options_.in_flight, now);
        flush(connection);
      }
      return;
  }
}

/// Open loop: when our first message leaves. Of several generators each sends a little after the one before, so that
/// all messages together are evenly spread.
std::uint64_t Generator::first_due() const noexcept {
  if (options_.mode == Mode::broadcast) return began_;  // one schedule for all of them
  const double gap_ns = 1e9 / options_.rate;
  return began_ +
         static_cast<std::uint64_t>(gap_ns * static_cast<double>(seat_.number) / static_cast<double>(seat_.of));
}

void Generator::readable(Connection& connection, bool ended) {
  for (;;) {
    const Moved moved = connection.pipe.read({scratch_.data(), scratch_.capacity()});
    if (moved.bytes > 0) {
      if (measuring_) found_.wire_bytes += moved.bytes;
      take(connection, {scratch_.data(), moved.bytes});
      if (connection.state == Connection::closed) return;
    }
    if (moved.end == Moved::none || (moved.end == Moved::again && ended && moved.bytes > 0)) continue;
    if (moved.end == Moved::again) break;
    if (connection.state == Connection::closing) {  // as we wished
      let_go(connection);
      if (sending_) begin(connection);
      return;
    }
    return lost(connection, moved.end == Moved::closed ? options_.mode == Mode::request
                                                             ? "the server ended the connection"
                                                             : "the server ended the connection without a close frame"
                            : moved.error != 0         ? std::strerror(moved.error)
                                                       : tls_complaint());
  }
  if (connection.owed > 0 || !connection.urgent.empty()) flush_websocket(connection);
}

void Generator::take(Connection& connection, Bytes bytes) {
  if (options_.mode == Mode::request) return take_answers(connection, bytes);
  if (connection.state == Connection::upgrading) {
    bytes = take_head(connection, bytes);
    if (bytes.empty()) return;
  }
  connection.inbound.feed(bytes);
  while (const auto arrival = connection.inbound.next(expected_)) {
    switch (arrival->kind) {
      case Arrival::messages:
        take_messages(connection, *arrival);
        break;
      case Arrival::packet:
        take_packet(connection, as_text(arrival->payload));
        break;
      case Arrival::ping:
        urgent(connection, ws::Opcode::pong, arrival->payload);
        break;
      case Arrival::close:
        if (connection.state == Connection::closing) break;
        return lost(connection, "the server closed it with code " + std::to_string(arrival->close_code));
      case Arrival::wrong:
        if (connection.state == Connection::closing) break;
        return lost(connection, arrival->why);
    }
    if (connection.state == Connection::closed) return;
  }
}

void Generator::take_messages(Connection& connection, const Arrival& arrival) {
  const std::uint64_t count = arrival.count;
  const std::uint64_t now = clock_ns();
  last_progress_ = now;
  const std::uint64_t first = connection.received;
  connection.received += count;
  received_total_ += count;
  if (options_.mode == Mode::handshake && connection.received == connection.sent) return shaken(connection);
  if (measuring_) found_.messages += count;

  if (options_.mode == Mode::broadcast) {
    if (options_.rate > 0) {
      const std::uint64_t nth = expected_.interleaved() ? arrival.nth : first;
      for (std::uint64_t i = nth; measuring_ && i < nth + count; ++i)
        found_.latency.record(now - std::min(now, schedule_.intended(arrival.publisher, i)));
      return;
    }
    if (measuring_) found_.latency.record(now - std::min(now, rounds_.began(arrival.publisher)), count);
    if (rounds_.delivered(arrival.publisher, count)) round_over(arrival.publisher);
    return;
  }
  if (options_.mode != Mode::echo || connection.received > connection.sent)
    return lost(connection, "a message came that was not asked for");
  if (options_.rate > 0) {
    const std::size_t sender = number_of(connection);
    for (std::uint64_t i = first; measuring_ && i < first + count; ++i)
      found_.latency.record(now - std::min(now, schedule_.intended(sender, i)));
    return;
  }
  connection.stamps.pop(count, [this, now](std::uint64_t sent_ns, std::uint64_t of_these) {
    if (measuring_) found_.latency.record(now - sent_ns, of_these);
  });
  if (sending_) queue(connection, count, now);
}

void Generator::take_packet(Connection& connection, std::string_view packet) {
  if (packet == "2") return say(connection, "3");                        // Engine.IO's ping
  if (packet == "6" || connection.state == Connection::closing) return;  // noop
  if (packet == "1") return lost(connection, "the server closed the session");
  if (connection.state != Connection::open) return greet(connection, packet);
  lost(connection, "the server sent " + std::string(packet.substr(0, 40)));
}

void Generator::queue(Connection& connection, std::uint64_t count, std::uint64_t now) {
  connection.owed += connection.outgoing->bytes_of(connection.sent, count);
  connection.sent += count;
  if (options_.mode == Mode::broadcast)
    rounds_.count(count);
  else
    expected_total_ += count;
  if (options_.mode == Mode::echo && options_.rate == 0) connection.stamps.push(now, count);
}

/// A packet of Engine.IO that is no message.
void Generator::say(Connection& connection, std::string_view packet) {
  if (!connection.over_http()) return urgent(connection, ws::Opcode::text, as_bytes(packet));
  connection.polling->packets += packet;
  connection.polling->packets += eio::separator;
}

void Generator::urgent(Connection& connection, ws::Opcode opcode, ConstBytes payload) {
  Buffer frame;
  // Control frames and packets are few: any key will do.
  ws::encode(frame, opcode, payload, static_cast<ws::MaskKey>(clock_ns() | 1));
  connection.urgent += frame.text();
}

/// A close frame, or Engine.IO's close packet, to be flushed; what becomes of it shows later, if somebody waits.
void Generator::say_goodbye(Connection& connection) {
  if (connection.over_http()) {
    say(connection, "1");
  } else {
    std::array<std::byte, 2> code{};
    store_be16(code.data(), ws::close_code::normal);
    urgent(connection, ws::Opcode::close, code);
  }
  connection.state = Connection::closing;
  --alive_;
}

void Generator::flush(Connection& connection) {
  if (connection.over_http()) return post(connection);
  flush_websocket(connection);
}

void Generator::flush_websocket(Connection& connection) {
  const Cycle& cycle = *connection.outgoing;
  while (connection.owed > 0 || !connection.urgent.empty()) {
    // What is urgent goes between two messages, of which a Socket.IO event with an attachment is one.
    const std::size_t unit = cycle.parts() * cycle.unit_at(connection.position);
    const bool between = connection.urgent.empty() || cycle.begin_of(unit) == connection.position;
    if (between && !connection.urgent.empty()) {
      const Moved moved = connection.pipe.write(as_bytes(connection.urgent));
      connection.urgent.erase(0, moved.bytes);
      if (moved.end == Moved::failed) return lost(connection, std::strerror(moved.error));
      if (moved.end != Moved::none) return;
      continue;
    }
    const ConstBytes run = cycle.from(connection.position);
    std::size_t size = std::min<std::uint64_t>(connection.owed, run.size());
    if (!between) size = std::min(size, cycle.begin_of(unit + cycle.parts()) - connection.position);
    const Moved moved = connection.pipe.write(run.first(size));
    connection.owed -= moved.bytes;
    connection.position = cycle.advance(connection.position, moved.bytes);
    if (moved.end == Moved::none) continue;
    // A peer that has gone shows when it is read from: with its reason, if it gave one.
    return;
  }
}

void Generator::send_due() {
  std::uint64_t intended = schedule_.intended(next_message_);
  if (intended > now_) return;
  if (measuring_) found_.late_ns = std::max(found_.late_ns, now_ - intended);
  for (; intended <= now_; intended = schedule_.intended(++next_message_)) {
    Connection* const connection = sender_of(next_message_);
    if (connection == nullptr || connection->state != Connection::open) continue;
    queue(*connection, 1, now_);
    if (!connection->waiting) waiting_.push_back(connection);
    connection->waiting = true;
  }
}

/// Open loop: whose turn it is; nobody if that one's connection is another process's.
Connection* Generator::sender_of(std::uint64_t message) noexcept {
  const std::size_t sender = schedule_.sender_of(message);
  if (options_.mode != Mode::broadcast) return &connections_[sender];
  return seat_.seat_of(sender) == seat_.number ? &connections_[seat_.connection_of(sender)] : nullptr;
}

/// Messages that should have come to our connections.
std::uint64_t Generator::expected_total() const noexcept {
  return options_.mode == Mode::broadcast ? rounds_.published() * connections_.size() : expected_total_;
}

void Generator::round_over(std::size_t publisher) {
  if (seat_.seat_of(publisher) == seat_.number) {
    if (sending_) publish_round(publisher);
    return;
  }
  const std::uint64_t one = 1;
  if (write((*seat_.wakers)[seat_.seat_of(publisher)], &one, sizeof one) != sizeof one)
    fail("cannot wake another generator process");
}

/// The last delivery of a round of ours was another process's.
void Generator::take_wakes() {
  std::uint64_t wakes = 0;
  if (read((*seat_.wakers)[seat_.number], &wakes, sizeof wakes) != sizeof wakes || !sending_) return;
  for (std::size_t i = seat_.number; i < options_.publishers; i += seat_.of)
    if (rounds_.over(i)) publish_round(i);
}

void Generator::publish_round(std::size_t publisher) {
  Connection& connection = connections_[seat_.connection_of(publisher)];
  const std::uint64_t now = clock_ns();
  rounds_.begin(publisher, now, options_.publishes * std::max(seat_.members, connections_.size()));
  queue(connection, options_.publishes, now);
  if (!connection.waiting) waiting_.push_back(&connection);
  connection.waiting = true;
}

/// The first connections are the publishers; who sends as all do sends as the first.
std::size_t Generator::publisher_of(const Connection& connection) const noexcept {
  const std::size_t publisher = seat_.publisher_at(number_of(connection));
  return publisher < options_.publishers ? publisher : 0;
}

}  // namespace duplex::bench
