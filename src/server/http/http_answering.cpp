// SPDX-License-Identifier: MIT
// How an HTTP connection answers: at once, later, or with an error.
#include <ctime>

#include "net/reactor.h"
#include "protocol/http/response.h"
#include "server/http/http_connection.h"

namespace duplex::http {
namespace {

constexpr std::size_t large_body = 16 * 1024;  // goes to the kernel from where it lies

}  // namespace

void HttpConnection::answer(const ResponseHead& head, ConstBytes body) {
  if (state_ == State::ended) return;
  const bool bodiless = head.status < 200 || head.status == 204 || head.status == 304;
  Errc error = Errc::ok;
  auto write_head = [&](Buffer& out) {
    ResponseWriter writer(out, head.status);
    for (const ResponseHead::Field& field : head) writer.field(field.name, field.value);
    writer.date(loop_.date.at(std::time(nullptr)));
    if (!keep_alive_)
      writer.field("Connection", "close");
    else if (http10_)
      writer.field("Connection", "keep-alive");
    if (!bodiless) writer.content_length(body.size());
    error = writer.finish();
  };
  if (body.size() >= large_body && !head_only_ && !bodiless) {
    Buffer out;
    write_head(out);
    if (error == Errc::ok) stream_->write_now(out.bytes(), body);
  } else {
    stream_->write([&](Buffer& out) {
      write_head(out);
      if (error == Errc::ok && !head_only_ && !bodiless) out.append(body);
    });
  }
  if (error != Errc::ok) {
    loop_.reactor.log(LogLevel::error, "http", "an answer was refused: " + std::string(info(error).text));
    return refuse(500, info(error).code, "the server put together an answer that cannot be sent");
  }
  answered_ = true;
  if (!keep_alive_ || peer_ended_) return end_with_lingering();
  state_ = State::head;
  kept_head_.release();
  mark_ = loop_.reactor.now();
  stream_->set_deadline(loop_.limits.keep_alive);
}

ReplyState* HttpConnection::defer(ResponseHead started) {
  state_ = State::waiting;
  pending_ = new ReplyState(*this, std::move(started));
  return pending_;
}

void HttpConnection::answer_deferred(const ResponseHead& head, ConstBytes body) {
  pending_ = nullptr;
  if (state_ != State::waiting) return;
  answer(head, body);
  if (state_ == State::head && !in_.empty()) next_request();
}

/// Serves what was pipelined, not now: another request may be in a handler further up the stack.
void HttpConnection::next_request() {
  loop_.reactor.post([bits = stream_->handle_bits(), &reactor = loop_.reactor] {
    net::Stream* stream = reactor.find(bits);
    if (stream == nullptr || stream->is_closing()) return;
    auto* connection = dynamic_cast<HttpConnection*>(stream->owner());
    if (connection == nullptr || (connection->state_ != State::head && connection->state_ != State::body)) return;
    stream->resume_reading();
    connection->read();
  });
}

/// Answers with an error and ends the connection, so that nothing behind it is taken for a request.
void HttpConnection::refuse(Errc error) {
  loop_.reactor.log(LogLevel::info, "http",
                    stream_->peer().text() + " sent a request that was refused: " + std::string(info(error).text));
  refuse(info(error).status, info(error).code, info(error).text);
}

void HttpConnection::refuse(int status, std::string_view code, std::string_view text) {
  if (state_ == State::ended) return;
  ResponseHead head;
  head.status = status;
  head.set("Content-Type", "text/plain; charset=utf-8");
  if (status == 405) head.set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  std::string body = std::to_string(status);
  const Mount* mount = status == 413 ? loop_.router.find_mount(loop_.head.target) : nullptr;
  const bool bare = mount != nullptr && mount->bare_413;
  body.append(" ").append(code).append(": ").append(text).append("\n");
  keep_alive_ = false;
  if (state_ == State::body) end_body(status == 408);
  answer(head, bare ? ConstBytes() : as_bytes(body));
}

void HttpConnection::end_with_lingering() {
  state_ = State::ended;
  in_.release();
  stream_->close_lingering();
}

void HttpConnection::warn(std::string_view text) { loop_.reactor.log(LogLevel::warning, "http", text); }

}  // namespace duplex::http
