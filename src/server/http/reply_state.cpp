// SPDX-License-Identifier: MIT
#include "server/http/reply_state.h"

#include "net/reactor.h"
#include "server/http/http_connection.h"

namespace duplex::http {

ReplyState::ReplyState(HttpConnection& waiting, ResponseHead started)
    : slot(waiting.stream().reactor().slot()), connection(&waiting), head(std::move(started)) {}

void ReplyState::send(std::string body) {
  sent = true;
  const net::Reactor* here = net::Reactor::current();
  if (here != nullptr && here->slot() == slot) return deliver(body);
  retain();
  const bool posted = net::Reactor::post_to(slot, [this, body = std::move(body)] {
    deliver(body);
    release();
  });
  if (!posted) release();
}

void ReplyState::deliver(std::string_view body) {
  if (connection == nullptr) return;
  HttpConnection* to = std::exchange(connection, nullptr);
  to->answer_deferred(head, as_bytes(body));
  release();  // the connection's hold
}

void ReplyState::client_gone() {
  connection = nullptr;
  gone = true;
  if (on_gone) on_gone();
  release();
}

Reply::~Reply() {
  if (state_ == nullptr) return;
  if (!state_->sent) {
    state_->head.clear();
    state_->head.status = 500;
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
  if (!state_->sent) state_->head.set(name, value);
  return *this;
}

void Reply::send(std::string_view body) & {
  if (state_->sent) return;
  if (state_->head.get("content-type").empty()) header("Content-Type", "text/html; charset=utf-8");
  state_->send(std::string(body));
}

void Reply::json(const duplex::json::Text& body) & {
  header("Content-Type", "application/json; charset=utf-8");
  send(body.text());
}

void Reply::on_gone(Function<void()> fn) & {
  ReplyState* state = state_;
  auto set = [state](Function<void()> call) {
    if (state->gone) return call();
    if (state->connection != nullptr) state->on_gone = std::move(call);
  };
  const net::Reactor* here = net::Reactor::current();
  if (here != nullptr && here->slot() == state->slot) return set(std::move(fn));
  state->retain();
  const bool posted = net::Reactor::post_to(state->slot, [state, set, fn = std::move(fn)]() mutable {
    set(std::move(fn));
    state->release();
  });
  if (!posted) state->release();
}

}  // namespace duplex::http
