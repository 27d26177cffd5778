// SPDX-License-Identifier: MIT
#include <sys/epoll.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "app/bench/generator.h"
#include "protocol/eio/payload.h"

namespace duplex::bench {
namespace {

/// Of the handshake's JSON, which has neither spaces nor escapes in what is looked for.
std::string_view after(std::string_view json, std::string_view name) noexcept {
  const auto at = json.find(name);
  return at == json.npos ? std::string_view() : json.substr(at + name.size());
}

/// What a server says of its refusal, if that came with its head: no more than a line of it.
std::string refusal(int status, std::string_view request) {
  return "the server answered " + std::to_string(status) + " to a " + std::string(request);
}

}  // namespace

/// The connection's number, which of its lanes, and which descriptor of that.
std::uint64_t Generator::mark_of(const Connection& connection, const Lane& lane) const noexcept {
  const std::uint64_t which = &lane == &connection.polling->poll ? 1 : 2;
  return number_of(connection) | which << 32 | std::uint64_t{lane.life} << 34;
}

void Generator::begin_polling(Connection& connection) {
  Polling& polling = *connection.polling;
  polling.packets.clear();
  polling.connected = polling.probed = polling.upgraded = false;
  polling.session.clear();
  connection.state = Connection::greeting;
  polling.poll.request.append(handshake_request_);
  ask_for(connection, polling.poll);
}

/// Sends the lane's request, over a new connection if there is none.
void Generator::ask_for(Connection& connection, Lane& lane) {
  lane.written = 0;
  lane.answers.clear();
  if (lane.state == Lane::closed) return open_lane(connection, lane);
  if (lane.state == Lane::open) flush_lane(connection, lane);
}

void Generator::open_lane(Connection& connection, Lane& lane) {
  ++lane.life;
  lane.used = false;
  lane.state = Lane::connecting;
  open_pipe(connection, lane.pipe, mark_of(connection, lane));
}

void Generator::close_lane(Lane& lane) {
  lane.pipe.close();
  lane.state = Lane::closed;
  lane.request.clear();
  lane.answers.clear();
}

void Generator::end_polling(Connection& connection) {
  if (connection.polling == nullptr) return;
  close_lane(connection.polling->poll);
  close_lane(connection.polling->post);
}

void Generator::handle_lane(Connection& connection, std::uint64_t mark, std::uint32_t events) {
  Lane& lane = (mark >> 32 & 3) == 1 ? connection.polling->poll : connection.polling->post;
  if (lane.state == Lane::closed || mark_of(connection, lane) != mark) return;
  if (lane.state == Lane::connecting) {
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) return connected(connection, true);
    lane.state = Lane::open;
    if (tls_) {
      lane.pipe.start_tls(tls_.get(), options_.target.host);
      lane.state = Lane::securing;
    }
  }
  if (lane.state == Lane::securing) return secure_lane(connection, lane);
  constexpr std::uint32_t ends = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & EPOLLOUT) != 0) flush_lane(connection, lane);
  if ((events & (EPOLLIN | ends)) != 0) read_lane(connection, lane, (events & ends) != 0);
}

void Generator::secure_lane(Connection& connection, Lane& lane) {
  const Moved moved = lane.pipe.handshake();
  if (moved.end == Moved::again) return;
  if (moved.end != Moved::none) return lane_ended(connection, lane, moved);
  lane.state = Lane::open;
  flush_lane(connection, lane);
}

void Generator::flush_lane(Connection& connection, Lane& lane) {
  while (lane.written < lane.request.size()) {
    const Moved moved = lane.pipe.write(std::as_const(lane.request).bytes().subspan(lane.written));
    lane.written += moved.bytes;
    // A peer that has gone shows when it is read from: with its answer, if it gave one.
    if (moved.end == Moved::failed && moved.error != EPIPE && moved.error != ECONNRESET)
      return lane_ended(connection, lane, moved);
    if (moved.end != Moved::none) return;
  }
}

void Generator::read_lane(Connection& connection, Lane& lane, bool ended) {
  const std::uint16_t life = lane.life;
  for (;;) {
    const Moved moved = lane.pipe.read({scratch_.data(), scratch_.capacity()});
    if (moved.bytes > 0) {
      if (measuring_) found_.wire_bytes += moved.bytes;
      ConstBytes bytes{scratch_.data(), moved.bytes};
      if (!lane.busy()) return lost(connection, "an answer came that was not asked for");
      if (const auto answer = lane.answers.take(bytes)) {
        if (!bytes.empty()) return lost(connection, "more than one answer came to one request");
        lane.request.clear();
        lane.used = true;
        if (answer->closes) {
          lane.pipe.close();
          lane.state = Lane::closed;
        }
        answered(connection, lane, *answer);
        if (connection.over_http() && connection.state != Connection::closed) post(connection);
      } else if (!lane.answers.complaint().empty()) {
        return lost(connection, lane.answers.complaint());
      }
      if (lane.life != life || lane.state != Lane::open) return;
    }
    if (moved.end == Moved::none || (moved.end == Moved::again && ended && moved.bytes > 0)) continue;
    if (moved.end != Moved::again) lane_ended(connection, lane, moved);
    return;
  }
}

void Generator::lane_ended(Connection& connection, Lane& lane, const Moved& moved) {
  // A server that has waited long enough for the next request closes (RFC 9112, section 9.3): that it has met with a
  // request of ours shows in that it did not begin to answer.
  const bool again = &lane == &connection.polling->post && lane.busy() && lane.used && !lane.answers.begun();
  if (again || !lane.busy()) {
    lane.pipe.close();
    lane.state = Lane::closed;
    if (again) ask_for(connection, lane);
    return;
  }
  if (connection.state == Connection::closing) {  // as we wished
    let_go(connection);
    if (sending_) begin(connection);
    return;
  }
  lost(connection, moved.end == Moved::closed ? "the server ended the connection before it had answered"
                   : moved.error != 0         ? std::strerror(moved.error)
                                              : tls_complaint());
}

void Generator::answered(Connection& connection, Lane& lane, const HttpAnswer& answer) {
  Polling& polling = *connection.polling;
  const bool is_post = &lane == &polling.post;
  if (connection.state == Connection::closing) {
    if (!is_post || !polling.packets.empty()) return;
    let_go(connection);
    if (sending_) begin(connection);
    return;
  }
  if (answer.status != 200)
    return lost(connection, refusal(answer.status, is_post ? "POST" : polling.session.empty() ? "handshake" : "poll"));
  if (!is_post) {
    const std::string_view content = as_text(answer.content);
    if (polling.session.empty())
      begin_session(connection, content);
    else
      take_payload(connection, content);
    if (connection.state == Connection::closed) return;
    // Before anything is posted, a goodbye too: a server may wait for a poll to say its own.
    if (!polling.probed) poll(connection);
  }
  if (polling.probed) switch_over(connection);
}

/// `0{"sid":"…","upgrades":["websocket"],…,"maxPayload":1000000}`, and what may be behind it.
void Generator::begin_session(Connection& connection, std::string_view payload) {
  Polling& polling = *connection.polling;
  const std::string_view handshake = payload.substr(0, payload.find(eio::separator));
  const std::string_view id = after(handshake, "\"sid\":\"");
  polling.session = id.substr(0, id.find('"'));
  if (!handshake.starts_with('0') || polling.session.empty())
    return lost(connection, "not an Engine.IO handshake: " + std::string(payload.substr(0, 40)));
  const std::string_view most = after(handshake, "\"maxPayload\":");
  polling.max_payload = 1'000'000;
  std::from_chars(most.data(), most.data() + most.size(), polling.max_payload);

  const std::string rest = polling_path_ + "&sid=" + polling.session + " HTTP/1.1\r\nHost: " + host_header_ + "\r\n";
  polling.poll_request = "GET " + rest + "\r\n";
  polling.post_head = "POST " + rest + "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: ";
  say(connection, "40");
  if (options_.transport == Transport::upgrade) {
    if (after(handshake, "\"upgrades\":").substr(0, 12) != "[\"websocket\"")
      return lost(connection, "the server offers no upgrade to WebSocket");
    begin_upgrade(connection);
  }
  if (handshake.size() < payload.size()) take_payload(connection, payload.substr(handshake.size() + 1));
}

void Generator::take_payload(Connection& connection, std::string_view payload) {
  std::uint64_t whole = 0;  // messages in a row that are still to be counted
  for (bool more = true; more;) {
    const auto end = payload.find(eio::separator);
    const std::string_view packet = payload.substr(0, end);
    more = end != payload.npos;
    payload.remove_prefix(more ? end + 1 : payload.size());
    const auto arrival = connection.inbound.packet(expected_, packet);
    if (!arrival) continue;
    if (arrival->kind == Arrival::messages && !expected_.interleaved()) {
      whole += arrival->count;
      continue;
    }
    if (whole > 0) take_messages(connection, {.count = std::exchange(whole, 0)});
    if (connection.state == Connection::closed) return;
    if (arrival->kind == Arrival::messages)
      take_messages(connection, *arrival);
    else if (arrival->kind == Arrival::packet)
      take_packet(connection, as_text(arrival->payload));
    else
      lost(connection, arrival->why);
    if (connection.state == Connection::closed) return;
  }
  if (whole > 0) take_messages(connection, {.count = whole});
}

void Generator::poll(Connection& connection) {
  Lane& lane = connection.polling->poll;
  lane.request.append(connection.polling->poll_request);
  ask_for(connection, lane);
}

/// What is to be sent, as far as the server takes it in one piece, unless a POST is on its way: then after that.
void Generator::post(Connection& connection) {
  Polling& polling = *connection.polling;
  Lane& lane = polling.post;
  if (lane.busy() || (polling.packets.empty() && connection.owed == 0)) return;
  const Cycle& cycle = *connection.outgoing;
  payload_.clear();
  payload_.append(polling.packets);
  polling.packets.clear();
  while (connection.owed > 0) {
    const std::size_t frame = cycle.frame_at(connection.position);
    const std::size_t size = cycle.begin_of(frame + cycle.parts()) - connection.position;
    // The last separator is not sent.
    if (!payload_.empty() && payload_.size() + size - 1 > polling.max_payload) break;
    payload_.append(cycle.from(connection.position).first(size));
    connection.owed -= size;
    connection.position = cycle.advance(connection.position, size);
  }
  char length[24];
  const auto end = std::to_chars(length, length + sizeof length, payload_.size() - 1).ptr;
  lane.request.append(polling.post_head);
  lane.request.append(std::string_view(length, end));
  lane.request.append("\r\n\r\n");
  lane.request.append(payload_.bytes().first(payload_.size() - 1));
  ask_for(connection, lane);
}

}  // namespace duplex::bench
