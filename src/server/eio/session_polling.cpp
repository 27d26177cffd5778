// SPDX-License-Identifier: MIT
// A session over HTTP: GETs that wait for something to be sent, POSTs that bring what the client sends.
#include <exception>

#include "core/utf8.h"
#include "protocol/eio/payload.h"
#include "server/eio/engine_loop.h"

namespace duplex::eio {
namespace {

// One POST may spend this much of a turn; the rest waits for the next one (robustness E5).
constexpr std::size_t packets_per_turn = 256;
constexpr auto time_per_turn = std::chrono::milliseconds(4);
// A loop is held up if its timers are later than this.
constexpr auto usual_lateness = std::chrono::milliseconds(20);
constexpr int zlib_level = 6;

void answer_empty(http::Reply& reply, int status) { reply.status(status).send(""); }

/// How version 3 reads it.
template <class Content>
v3::Form form_of(const Content& content) noexcept {
  return content.octet_stream ? v3::Form::binary : v3::Form::text;
}

}  // namespace

void Session::on_poll(SessionRequest& request, http::Reply reply) {
  if (awaiting_pong_) {
    // A turn reads before it looks at its timers: a poll that is too late must not slip in before the one that is due.
    // If the loop was held up it may: the pong, too, may be waiting to be read.
    const auto pinged = ping_sent_ - ping_due_ < usual_lateness ? ping_due_ : ping_sent_;
    const auto late = reactor().now() - (pinged + loop_.options().ping_timeout);
    if (late >= late.zero() && late < usual_lateness) {
      cancel(heartbeat_);
      pong_overdue();
      if (state_ == State::closed) return loop_.refuse_unknown(reply, request);
    }
  }
  claim();
  if (poll_) {
    end("transport error", "overlap from client");
    return answer_empty(reply, 400);
  }
  const std::uint64_t number = loop_.next_number();
  // Its client may go before it is answered.
  reply.on_gone([bits = bits_, number, slot = reactor().slot()] {
    net::Reactor::post_to(slot, [bits, number] {
      if (Session* self = find(bits)) self->poll_gone(number);
    });
  });
  request.info.leave(loop_.wants_requests());
  poll_ = std::make_unique<PendingPoll>(PendingPoll{std::move(reply), request.coding, number, std::move(request.info)});
  if (state_ == State::open) mark_seen();  // the client has read the previous answer
  if (state_ == State::closing) {
    // What waits goes first and alone, as Node has it: the JavaScript client looks into a message after it has heard of
    // a close that came with it, and would miss that it was dismissed.
    if (!waiting_.empty()) return flush_poll();
    answer_poll({PacketType::noop, PacketType::close});
    return end("forced close", {});
  }
  if (!waiting_.empty()) flush_poll();
}

void Session::poll_gone(std::uint64_t number) {
  if (!poll_ || poll_->number != number) return;
  poll_.reset();
  end("transport error", "poll connection closed prematurely");
}

/// The packet as a payload of its own.
void Session::answer_handshake(http::Reply& reply) {
  Buffer open;
  write_open(open);
  Buffer payload;
  if (dialect_.v3)
    v3::append_packet(payload, {PacketType::open, Encoding::text, open.text().substr(1)}, v3::Form::text);
  std::string script;
  reply.send(poll_body(dialect_.v3 ? payload.text() : open.text(), dialect_, *handshake_, script));
}

void Session::flush_poll() {
  flush_due_ = false;
  if (!poll_ || waiting_.empty()) return;
  Buffer payload = loop_.take_payload();
  const v3::Form form = write_payload(payload, dialect_, waiting_);
  loop_.polled().packets.add(waiting_.packets());
  loop_.polled().bytes.add(payload.size());
  const bool compress = waiting_.wants_compression();
  loop_.give_back(std::exchange(waiting_, {}));
  answer_poll(payload.text(), form, compress);
  loop_.give_back(std::move(payload));
  if (state_ == State::open) {
    marked_ = true;
    mark();
  }
  drained();
}

void Session::answer_poll(std::initializer_list<PacketType> packets) {
  Buffer payload = loop_.take_payload();
  for (const PacketType type : packets) append(payload, dialect_, type);
  answer_poll(payload.text(), v3::Form::text, false);
  loop_.give_back(std::move(payload));
}

void Session::answer_poll(std::string_view payload, v3::Form form, bool compress) {
  PendingPoll poll = std::move(*poll_);
  poll_.reset();
  http::Reply& reply = poll.reply;
  const EngineOptions& options = loop_.options();
  std::string script;
  const std::string_view body = poll_body(payload, dialect_, *handshake_, script);
  begin_poll_answer(reply, dialect_, form);
  loop_.add_headers(take_first_answer(), reply, poll.info);
  if (compress && options.http_compression && poll.coding != http::Coding::identity &&
      body.size() >= options.http_compression_threshold) {
    if (Buffer packed; http::pack(packed, poll.coding, as_bytes(body), zlib_level)) {
      reply.header("Content-Encoding", name_of(poll.coding));
      return reply.send(packed.text());
    }
  }
  reply.send(body);
}

void Session::on_post(SessionRequest& request, http::Reply reply) {
  claim();
  auto refuse = [&](std::string_view reason, std::string_view details) {
    end(reason, details);
    answer_empty(reply, 400);
  };
  if (request.octet_stream && (!dialect_.v3 || dialect_.jsonp)) return refuse("transport error", "invalid content");
  if (upload_) return refuse("transport error", "data request overlap from client");
  std::optional<std::string> from_form;
  if (dialect_.jsonp && !(from_form = payload_of_form(request.body)))
    return refuse("parse error", "a form without a payload");
  const std::string_view body = from_form ? std::string_view(*from_form) : request.body;
  const std::size_t packets = dialect_.v3 ? v3::count_packets(body, form_of(request)) : count_packets(body);
  if (packets > max_packets) return refuse("parse error", "too many packets in one payload");
  if (!request.octet_stream && !is_valid_utf8(as_bytes(body)))
    return refuse("parse error", "a payload that is not UTF-8");
  upload_ = std::make_unique<Upload>(Upload{
      .reply = std::move(reply), .info = std::move(request.info), .body = body, .octet_stream = request.octet_stream});
  if (from_form) upload_->keep();
  // What needs several slices begins with the inbox, or this turn would run two of them.
  if (packets > packets_per_turn)
    read_upload_later();
  else
    read_upload();
}

void Session::read_upload_later() {
  upload_->keep();
  reactor().post([bits = bits_] {
    if (Session* self = find(bits)) self->read_upload();
  });
}

void Session::read_upload() {
  if (!upload_) return;
  if (dialect_.v3)
    read_packets(v3::PayloadReader(upload_->body, form_of(*upload_), upload_->position));
  else
    read_packets(PayloadReader(upload_->body, upload_->position));
}

/// Hands out packets, at most so many and for so long; the rest in the next turn of the loop.
template <class Reader>
void Session::read_packets(Reader reader) {
  in_upload_ = true;
  const auto started = std::chrono::steady_clock::now();
  bool more = false;
  for (std::size_t count = 1; auto packet = reader.next(); ++count) {
    if (!received(*packet)) break;
    if (count == packets_per_turn || (count % 16 == 0 && std::chrono::steady_clock::now() - started > time_per_turn)) {
      more = !reader.finished();
      break;
    }
  }
  in_upload_ = false;
  if (state_ != State::closed && reader.failed()) end("parse error", "an invalid packet");
  if (state_ == State::closed || !more) return finish_upload();
  upload_->position = reader.position();
  read_upload_later();
}

/// Also what a POST with a bad packet hears: that its session is gone, the client learns from the next request, as with
/// Node.
void Session::finish_upload() {
  auto upload = std::move(upload_);
  if (!upload) return;
  if (parting_) return loop_.part_with(sid_, dialect_, std::move(upload));
  loop_.answer_upload(*upload, take_first_answer());
}

/// The head of a POST has come; its body follows. Two at a time would arrive in any order.
void Session::upload_begun() {
  if (++uploads_ > 1 || upload_) end("transport error", "data request overlap from client");
}

void Session::upload_aborted() { end("transport error", "data request connection closed prematurely"); }

}  // namespace duplex::eio
