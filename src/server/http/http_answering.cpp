// SPDX-License-Identifier: MIT
// How an HTTP connection answers: at once, later, or with an error.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "net/reactor.h"
#include "protocol/http/date.h"
#include "protocol/http/entity_tag.h"
#include "protocol/http/mime.h"
#include "protocol/http/response.h"
#include "protocol/http/token.h"
#include "server/http/http_connection.h"

namespace duplex::http {
namespace {

constexpr std::size_t large_body = 16 * 1024;  // goes to the kernel from where it lies
constexpr std::size_t file_piece = 64 * 1024;
constexpr std::size_t file_ahead = 128 * 1024;  // of a file in memory, however large it is

bool is_bodiless(int status) noexcept { return status < 200 || status == 204 || status == 304; }

}  // namespace

/// The head of an answer with a body of that length, or in chunks; on error nothing is left of it.
Errc HttpConnection::write_head(Buffer& out, const ResponseHead& head, std::optional<std::uint64_t> length) {
  const bool bodiless = is_bodiless(head.status);
  ResponseWriter writer(out, head.status);
  for (const ResponseHead::Field& field : head)
    if (!bodiless || !equals_ignore_case(field.name, "content-type")) writer.field(field.name, field.value);
  writer.date(loop_.date.at(std::time(nullptr)));
  if (!keep_alive_)
    writer.field("Connection", "close");
  else if (http10_)
    writer.field("Connection", "keep-alive");
  if (length) {
    if (!bodiless) writer.content_length(*length);
  } else if (!http10_) {
    writer.chunked();
  }
  return writer.finish();
}

/// Packs the body if that was asked for, pays and is taken; then says so in the head.
bool HttpConnection::pack_answer(ResponseHead& head, ConstBytes body, Buffer& packed) const {
  const auto& options = loop_.router.compress;
  const bool not_modified = head.status == 304;  // it says of what the answer depends, too (RFC 9110 §15.4.5)
  if (!options || body.size() < options->threshold || head.status == 206) return false;
  if (is_bodiless(head.status) && !not_modified) return false;
  if (!is_compressible(head.get("content-type")) || !head.get("content-encoding").empty()) return false;
  if (has_token(head.get("cache-control"), "no-transform")) return false;
  head.vary("Accept-Encoding");
  if (not_modified || takes_ == Coding::identity || !pack(packed, takes_, body, options->level)) return false;
  head.set("Content-Encoding", name_of(takes_));
  // Another content than the one that a strong tag names.
  if (const std::string_view etag = head.get("etag"); etag.starts_with('"')) head.set("ETag", "W/" + std::string(etag));
  return true;
}

void HttpConnection::answer(ResponseHead& head, ConstBytes body) {
  if (state_ == State::ended) return;
  if (head.error != Errc::ok) return refuse_answer(head.error);
  if (head.status == 205) body = {};  // RFC 9110 section 15.3.6
  Buffer packed;
  if (pack_answer(head, body, packed)) body = packed.bytes();
  const bool sends_body = !head_only_ && !is_bodiless(head.status);
  Errc error = Errc::ok;
  if (body.size() >= large_body && sends_body) {
    Buffer out;
    error = write_head(out, head, body.size());
    if (error == Errc::ok) stream_->write_large(out.bytes(), body);
  } else {
    stream_->write([&](Buffer& out) {
      error = write_head(out, head, body.size());
      if (error == Errc::ok && sends_body) out.append(body);
    });
  }
  if (error != Errc::ok) return refuse_answer(error);
  answer_ended();
}

void HttpConnection::answer_entity(ResponseHead& head, ConstBytes body, Etag etags, const Conditions& conditions) {
  if (etags != Etag::off && head.get("etag").empty())
    if (const EntityTag tag(body, etags == Etag::weak); !tag.text().empty()) head.set("ETag", tag.text());
  const bool conditional = !conditions.if_none_match.empty() || !conditions.if_modified_since.empty();
  if (conditional && ((head.status >= 200 && head.status < 300) || head.status == 304)) {
    const Validators ours{head.get("etag"), parse_date(head.get("last-modified")).value_or(-1)};
    if (judge(conditions, ours) == Verdict::not_modified) head.status = 304;
  }
  answer(head, body);
}

Conditions HttpConnection::conditions(const ResponseData& response) const noexcept {
  const Head& request = loop_.head;
  if (!response.conditional || (request.method != Method::get && request.method != Method::head)) return {};
  Conditions had{.if_none_match = request.headers[HeaderId::if_none_match],
                 .if_modified_since = request.headers[HeaderId::if_modified_since]};
  if (!had.if_none_match.empty() || !had.if_modified_since.empty())
    had.cache_control = request.headers["cache-control"];
  return had;
}

void HttpConnection::answer_ended() {
  answered_ = true;
  if (!keep_alive_ || peer_ended_) return end_with_lingering();
  state_ = State::head;
  kept_head_.release();
  mark_ = loop_.reactor.now();
  stream_->set_deadline(loop_.limits.keep_alive);
}

void HttpConnection::answer_file(const ResponseHead& head, Descriptor file, std::uint64_t first, std::uint64_t length) {
  if (state_ == State::ended) return;
  if (head.error != Errc::ok) return refuse_answer(head.error);
  Errc error = Errc::ok;
  stream_->write([&](Buffer& out) { error = write_head(out, head, length); });
  if (error != Errc::ok) return refuse_answer(error);
  if (head_only_ || length == 0) return answer_ended();
  state_ = State::sending;
  file_ = std::make_unique<FileBody>(FileBody{std::move(file), first, length});
  send_file();
}

/// Puts a few pieces of the file into the outbox; `on_drain` comes back for more.
void HttpConnection::send_file() {
  while (file_->left != 0 && stream_->buffered() < file_ahead) {
    ssize_t got = 0;
    stream_->write([&](Buffer& out) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(file_->left, file_piece));
      std::byte* to = out.prepare(wanted);
      do got = pread(file_->file.get(), to, wanted, static_cast<off_t>(file_->next));
      while (got < 0 && errno == EINTR);
      if (got > 0) out.commit(static_cast<std::size_t>(got));
    });
    if (stream_->is_closing()) return;
    if (got <= 0) {  // it became shorter, or the disk failed: the length that was promised cannot be kept
      warn("a file ended before its end; the connection is cut");
      state_ = State::ended;
      file_.reset();
      return stream_->abort();
    }
    file_->next += static_cast<std::uint64_t>(got);
    file_->left -= static_cast<std::uint64_t>(got);
  }
  if (file_->left != 0) return stream_->tell_when_down_to(file_ahead / 2);
  file_.reset();
  answer_ended();
}

void HttpConnection::on_drain() {
  if (state_ != State::sending || file_ == nullptr) return;
  send_file();
  if (state_ == State::head && !in_.empty()) next_request();
}

/// What the application put together cannot be sent.
void HttpConnection::refuse_answer(Errc error) {
  loop_.reactor.log(LogLevel::error, "http", "an answer was refused: " + std::string(info(error).text));
  refuse(500, info(error).code, "the server put together an answer that cannot be sent");
}

ReplyState* HttpConnection::defer(ResponseHead started, const ResponseData& response) {
  state_ = State::waiting;
  pending_ = new ReplyState(*this, std::move(started));
  pending_->etags = response.etags;
  if (const Conditions had = conditions(response); !had.if_none_match.empty() || !had.if_modified_since.empty())
    pending_->has = std::make_unique<const ReplyState::Has>(ReplyState::Has{
        std::string(had.if_none_match), std::string(had.if_modified_since), std::string(had.cache_control)});
  return pending_;
}

void HttpConnection::answer_deferred(ReplyState& reply, ConstBytes body) {
  pending_ = nullptr;
  if (state_ != State::waiting) return;
  Conditions had;
  if (reply.has)
    had = {.if_none_match = reply.has->if_none_match,
           .if_modified_since = reply.has->if_modified_since,
           .cache_control = reply.has->cache_control};
  answer_entity(reply.head, body, reply.etags, had);
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
