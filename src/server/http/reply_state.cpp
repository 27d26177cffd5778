// SPDX-License-Identifier: MIT
#include "server/http/reply_state.h"

#include <exception>

#include "net/reactor.h"
#include "server/http/http_connection.h"

namespace duplex::http {
namespace {

/// Keeps the state while a post is under way, and lets go of it also if the loop ends and the post is dropped.
class ReplyHold {
 public:
  explicit ReplyHold(ReplyState& state) noexcept : state_(&state) { state.retain(); }
  ReplyHold(ReplyHold&& o) noexcept : state_(std::exchange(o.state_, nullptr)) {}
  ReplyHold& operator=(ReplyHold&&) = delete;
  ~ReplyHold() {
    if (state_ != nullptr) state_->release();
  }
  ReplyState* operator->() const noexcept { return state_; }

 private:
  ReplyState* state_;
};

}  // namespace

ReplyState::ReplyState(HttpConnection& waiting, ResponseHead started)
    : slot(waiting.stream().reactor().slot()), connection(&waiting), head(std::move(started)) {}

ReplyState* ReplyState::for_nobody(HttpConnection& instead_of) {
  auto* state = new ReplyState(instead_of, ResponseHead());
  state->connection = nullptr;
  state->release();  // the connection's hold
  return state;
}

bool ReplyState::on_its_loop() const noexcept {
  const net::Reactor* here = net::Reactor::current();
  return here != nullptr && here->slot() == slot;
}

void ReplyState::lend_head() {
  if (!head.is_bare() || !on_its_loop() || connection == nullptr) return;
  const int status = head.status;
  head = connection->loop().take_spare_head();
  head.status = status;
}

void ReplyState::send(std::string_view body) {
  sent = true;
  if (on_its_loop()) return deliver(body);
  net::Reactor::post_to(slot, [hold = ReplyHold(*this), body = std::string(body)] { hold->deliver(body); });
}

void ReplyState::deliver(std::string_view body) {
  if (connection == nullptr) return;
  HttpConnection* to = std::exchange(connection, nullptr);
  HttpLoop& loop = to->loop();
  to->answer_deferred(*this, as_bytes(body));
  loop.give_back(std::move(head));
  release();  // the connection's hold
}

void ReplyState::client_gone() {
  connection = nullptr;
  gone = true;
  if (on_gone) tell(on_gone);
  release();
}

/// Calls a function of the user's: what it throws is logged, and harms nobody else.
void ReplyState::tell(Function<void()>& fn) {
  std::string thrown;
  try {
    return fn();
  } catch (const std::exception& e) {
    thrown = e.what();
  } catch (...) {
    thrown = "something that is not a std::exception";
  }
  net::Reactor::current()->log(LogLevel::error, "http", "on_gone threw: " + thrown);
}

Reply::~Reply() {
  if (state_ == nullptr) return;
  if (!state_->sent) {
    state_->head.clear();
    state_->head.status = 500;
    state_->etags = Etag::off;
    state_->head.set("Content-Type", "text/plain; charset=utf-8");
    state_->send("500 the handler dropped its reply unanswered\n");
  }
  state_->release();
}

Reply& Reply::status(int code) & {
  if (!state_->sent) state_->head.status = code;
  return *this;
}

Reply& Reply::header(std::string_view name, std::string_view value) & {
  if (state_->sent) return *this;
  state_->lend_head();
  state_->head.set(name, value);
  return *this;
}

void Reply::send(std::string_view body) & {
  if (state_->sent) return;
  if (state_->head.get("content-type").empty()) header("Content-Type", "text/html; charset=utf-8");
  state_->send(body);
}

void Reply::json(const duplex::json::Text& body) & {
  header("Content-Type", "application/json; charset=utf-8");
  send(body.text());
}

void Reply::on_gone(Function<void()> fn) & {
  ReplyState* state = state_;
  auto set = [state](Function<void()> call) {
    if (state->gone) return ReplyState::tell(call);
    if (state->connection != nullptr) state->on_gone = std::move(call);
  };
  const net::Reactor* here = net::Reactor::current();
  if (here != nullptr && here->slot() == state->slot) return set(std::move(fn));
  net::Reactor::post_to(state->slot,
                        [hold = ReplyHold(*state), set, fn = std::move(fn)]() mutable { set(std::move(fn)); });
}

}  // namespace duplex::http
