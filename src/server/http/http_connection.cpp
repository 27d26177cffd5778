// SPDX-License-Identifier: MIT
#include "server/http/http_connection.h"

#include <exception>

#include "net/reactor.h"
#include "protocol/http/response.h"

namespace duplex::http {
namespace {

constexpr std::size_t most_pipelined = 64 * 1024;  // bytes read ahead while an answer is due
constexpr int requests_per_turn = 256;
constexpr auto body_grace = std::chrono::seconds(10);
constexpr std::uint64_t slowest_body = 1024;  // bytes a second, after the grace

}  // namespace

HttpConnection::HttpConnection(net::Stream& stream, HttpLoop& loop)
    : stream_(&stream), loop_(loop), mark_(loop.reactor.now()) {}

HttpConnection::~HttpConnection() {
  if (destroyed_ != nullptr) *destroyed_ = true;
}

void HttpConnection::open(net::Stream& stream, HttpLoop& loop) {
  auto* connection = new HttpConnection(stream, loop);
  stream.set_owner(connection);
  stream.set_deadline(loop.limits.head_timeout);
  loop.accepted.add();
  loop.connections.add();
}

// -- reading ----------------------------------------------------------------------------------------------------------

void HttpConnection::on_bytes(Bytes bytes) {
  if (state_ == State::ended) return;
  const bool answering =
      state_ == State::waiting || state_ == State::upgrading || state_ == State::sending || state_ == State::streaming;
  if (answering || !in_.empty()) {
    in_.append(bytes);
    if (state_ == State::head || state_ == State::body) return read();
    if (in_.size() > most_pipelined) stream_->pause_reading();
    return;
  }
  // The usual case: a whole request in one read is served from where it lies.
  bool gone = false;
  destroyed_ = &gone;
  serve_input(bytes);
  if (gone) return;
  destroyed_ = nullptr;
  in_.append(bytes);
  if (in_.empty()) in_.release();
}

/// Serves what is in `in_`.
void HttpConnection::read() {
  Buffer input = std::move(in_);
  Bytes bytes = input.bytes();
  bool gone = false;
  destroyed_ = &gone;
  serve_input(bytes);
  if (gone) return;
  destroyed_ = nullptr;
  input.consume(input.size() - bytes.size());
  if (!input.empty()) {
    input.append(in_.bytes());
    in_ = std::move(input);
  }
}

/// Takes requests off the front of `input` until it is used up, an answer is due later, or the connection ends.
void HttpConnection::serve_input(Bytes& input) {
  for (int count = 0;; ++count) {
    if (state_ == State::ended) {
      input = {};
      return;
    }
    if (state_ != State::head && state_ != State::body) return;
    if (count == requests_per_turn && !input.empty()) {
      in_.append(input);
      input = {};
      return next_request();
    }
    bool* const destroyed = destroyed_;
    if (state_ == State::head ? !take_head(input) : !take_body(input)) return;
    if (*destroyed) return;
  }
}

/// False when more bytes are needed, or nothing more is to be read.
bool HttpConnection::take_head(Bytes& input) {
  if (input.empty()) return false;
  Head& head = loop_.head;
  const HeadStep step = parser_.parse(input, loop_.head_limits, head);
  if (step.progress == Progress::failed) {
    input = {};
    refuse(step.error);
    return false;
  }
  if (step.progress == Progress::need_more) {
    if (!head_begun_ && served_ != 0) {  // the first one's time runs since the connection was made
      mark_ = loop_.reactor.now();
      stream_->set_deadline(loop_.limits.head_timeout);
    }
    head_begun_ = true;
    return false;
  }
  parser_.reset();
  head_begun_ = false;
  loop_.requests.add();
  ++served_;
  keep_alive_ = head.keep_alive && served_ < loop_.limits.requests && !loop_.draining;
  head_only_ = head.method == Method::head;
  http10_ = head.minor_version == 0;
  answered_ = false;
  if (loop_.router.compress) takes_ = choose_coding(head.headers[HeaderId::accept_encoding]);
  const Bytes head_bytes = input.first(step.consumed);
  input = input.subspan(step.consumed);
  if (!head.framing.has_body()) {
    if (head.wants_websocket) keep_head(head_bytes);
    serve({}, input);
    return true;
  }

  const BodyLimits limits{.body = loop_.router.body_limit(head.target, loop_.limits.body)};
  if (const Errc error = body_decoder_.start(head.framing, limits); error != Errc::ok) {
    input = {};
    refuse(error);
    return false;
  }
  if (head.headers.has(HeaderId::content_encoding)) {
    input = {};
    refuse(Errc::unsupported_content_encoding);
    return false;
  }
  keep_head(head_bytes);
  if (head.expects_continue && input.empty()) stream_->write(as_bytes(continue_response));
  state_ = State::body;
  begin_body();
  mark_ = loop_.reactor.now();
  stream_->set_deadline(std::chrono::seconds(1));
  return true;
}

bool HttpConnection::take_body(Bytes& input) {
  if (!reparse_head()) return false;
  const BodyLimits limits{.body = loop_.router.body_limit(loop_.head.target, loop_.limits.body)};
  for (;;) {
    const BodyStep step = body_decoder_.feed(input, limits);
    switch (step.kind) {
      case BodyStep::Kind::data:
        body_.append(step.data);
        continue;
      case BodyStep::Kind::need_more:
        return false;
      case BodyStep::Kind::failed:
        input = {};
        refuse(step.error);
        return false;
      case BodyStep::Kind::done:
        break;
    }
    break;
  }
  const Buffer body = std::move(body_);
  body_ = Buffer();
  end_body(false);
  serve(body.text(), input);
  return true;
}

/// Tells whoever serves this target that a body is on its way, if it wants to know.
void HttpConnection::begin_body() {
  const Mount* mount = loop_.router.find_mount(loop_.head.target);
  if (mount == nullptr || !mount->on_body_begin) return;
  loop_.request.head = &loop_.head;
  loop_.request.base = 0;
  loop_.request.body = {};
  loop_.request.connection = this;
  Access::Exchange exchange(loop_.request, loop_.response);
  watched_body_ = const_cast<Mount*>(mount)->on_body_begin(exchange.request);
}

void HttpConnection::end_body(bool aborted) {
  if (watched_body_ == 0 || !reparse_head()) return;
  Mount* mount = loop_.router.find_mount(loop_.head.target);
  mount->on_body_end(*this, std::exchange(watched_body_, 0), aborted);
}

// -- serving ----------------------------------------------------------------------------------------------------------

void HttpConnection::serve(std::string_view body, Bytes& unread) {
  state_ = State::serving;
  stream_->clear_deadline();
  unread_ = &unread;
  loop_.request.head = &loop_.head;
  loop_.request.body = body;
  loop_.request.params.clear();
  loop_.request.base = 0;
  loop_.request.connection = this;
  loop_.response.head.clear();
  loop_.response.connection = this;
  loop_.response.answered = false;
  loop_.response.etags = loop_.router.etags;
  loop_.response.conditional = true;
  Access::Exchange exchange(loop_.request, loop_.response);

  bool* const destroyed = destroyed_;  // an upgrade makes this object go: nothing of it is touched then
  net::Reactor& reactor = loop_.reactor;
  std::optional<Failure> failure;
  reactor.doing("an HTTP handler");
  try {
    failure = loop_.head.wants_websocket ? serve_upgrade(exchange.request, exchange.response)
                                         : serve_request(exchange.request, exchange.response);
  } catch (const std::exception& e) {
    failure = {500, *e.what() != '\0' ? e.what() : "an exception without a text"};
  } catch (...) {
    failure = {500, "something that is not a std::exception"};
  }
  reactor.doing(nullptr);
  if (*destroyed) return;
  unread_ = nullptr;
  if (failure) return fail(*failure);
  if (state_ == State::serving && !loop_.response.answered) not_found(exchange.request, exchange.response);
}

std::optional<Failure> HttpConnection::serve_request(Request& request, Response& response) {
  RouteTable::Outcome outcome = loop_.router.dispatch(request, response);
  if (outcome.kind == RouteTable::Outcome::Kind::failed) return std::move(outcome.failure);
  if (outcome.kind == RouteTable::Outcome::Kind::none) not_found(request, response);
  return std::nullopt;
}

/// No error handler took it.
void HttpConnection::fail(const Failure& failure) {
  const bool is_ours = failure.status < 400 || failure.status >= 500;
  if (is_ours) {
    loop_.handler_errors.add();
    loop_.reactor.log(LogLevel::error, "http",
                      "the handler of " + std::string(loop_.head.method_name) + " " + std::string(loop_.head.path) +
                          " threw: " + failure.text);
  }
  if (state_ != State::upgrading && (loop_.response.answered || state_ == State::ended)) return;
  loop_.response.head.clear();
  if (is_ours) return refuse(500, "handler_failed", "the server failed to answer this request");
  loop_.response.answered = true;
  loop_.response.head.status = failure.status;
  loop_.response.head.set("Content-Type", "text/plain; charset=utf-8");
  answer(loop_.response.head, as_bytes(std::to_string(failure.status) + " " + failure.text + "\n"));
}

void HttpConnection::not_found(Request& request, Response& response) {
  if (loop_.response.answered) return;
  loop_.response.etags = Etag::off;
  if (loop_.router.is_websocket(request.path())) {
    const bool get = request.method() == "GET";
    response.header(get ? "Upgrade" : "Allow", get ? "websocket" : "GET").header("Sec-WebSocket-Version", "13");
    response.status(get ? 426 : 405).type("text/plain; charset=utf-8");
    return response.send(get ? "426 this is a WebSocket endpoint: connect with a WebSocket client\n"
                             : "405 this is a WebSocket endpoint: only GET is allowed\n");
  }
  response.status(404).type("text/plain; charset=utf-8");
  response.send("404 nothing is served at this path\n");
}

// -- time and ending --------------------------------------------------------------------------------------------------

std::chrono::milliseconds HttpConnection::since_mark() const noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(loop_.reactor.now() - mark_);
}

void HttpConnection::on_deadline() {
  switch (state_) {
    case State::head:
      if (head_begun_ || served_ == 0) return refuse(Errc::head_timeout);
      state_ = State::ended;
      return stream_->close();
    case State::body: {
      const auto waited = since_mark();
      const bool slow = waited >= body_grace &&
                        body_decoder_.received() * 1000 / static_cast<std::uint64_t>(waited.count()) < slowest_body;
      if (slow || waited >= loop_.limits.body_timeout) return refuse(Errc::body_timeout);
      return stream_->set_deadline(std::chrono::seconds(1));
    }
    case State::upgrading:
      return refuse_upgrade(503, "503 the server did not decide in time\n");
    case State::ended:
      return stream_->abort();
    case State::serving:
    case State::waiting:
    case State::sending:
      return;
    case State::streaming:
      return beat();
  }
}

void HttpConnection::on_end() {
  peer_ended_ = true;
  switch (state_) {
    case State::head:
      if (head_begun_) in_.release();
      [[fallthrough]];
    case State::body:
      end_body(true);
      [[fallthrough]];
    case State::streaming:
    case State::ended:
      state_ = State::ended;
      return stream_->close();
    case State::waiting:
      // Whoever asked to be told that the client is gone takes the end of its bytes for that, as Node does.
      if (pending_ == nullptr || !pending_->on_gone) return;
      state_ = State::ended;
      std::exchange(pending_, nullptr)->client_gone();
      return stream_->close();
    case State::serving:  // a half-closed peer still gets its answer
    case State::upgrading:
    case State::sending:
      return;
  }
}

void HttpConnection::on_closed(net::CloseCause) {
  loop_.connections.subtract();
  if (state_ == State::body) end_body(true);
  state_ = State::ended;
  if (pending_ != nullptr) std::exchange(pending_, nullptr)->client_gone();
  delete this;
}

void HttpConnection::start_drain() {
  keep_alive_ = false;
  if (state_ == State::streaming) return end_events();  // its client comes back, to another server
  if (state_ != State::head || head_begun_) return;
  state_ = State::ended;
  stream_->close();
}

// -- a request whose body or upgrade is awaited: its head is kept, and read again -------------------------------------

void HttpConnection::keep_head(ConstBytes head) {
  kept_head_.clear();
  kept_head_.append(head);
}

bool HttpConnection::reparse_head() {
  HeadParser parser;
  return parser.parse(kept_head_.bytes(), loop_.head_limits, loop_.head).progress == Progress::done;
}

}  // namespace duplex::http
