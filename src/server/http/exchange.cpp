// SPDX-License-Identifier: MIT
#include "server/http/exchange.h"

#include "net/tls_session.h"
#include "protocol/http/mime.h"
#include "protocol/http/query.h"
#include "protocol/http/token.h"
#include "server/http/http_connection.h"
#include "server/http/reply_state.h"

namespace duplex::http {

// -- Request ----------------------------------------------------------------------------------------------------------

std::string_view Request::method() const noexcept { return data_->head->method_name; }
std::string_view Request::target() const noexcept { return data_->head->target; }
std::string_view Request::path() const noexcept { return data_->head->path; }
std::string_view Request::query() const noexcept { return data_->head->query; }
std::optional<std::string> Request::query(std::string_view name) const { return Query(data_->head->query).get(name); }
std::string_view Request::header(std::string_view name) const noexcept { return data_->head->headers[name]; }
std::string_view Request::param(std::string_view name) const noexcept { return data_->params.get(name); }
std::string_view Request::body() const noexcept { return data_->body; }
bool Request::is_secure() const noexcept { return data_->connection->stream().is_tls(); }
std::string Request::peer_subject() const {
  const net::TlsSession* tls = data_->connection->stream().tls();
  return tls != nullptr ? tls->peer_subject() : std::string();
}
std::string Request::peer() const { return data_->connection->stream().peer().text(); }

void Request::each_header(Function<void(std::string_view, std::string_view)> visit) const {
  for (const Header& header : data_->head->headers) visit(header.name, header.value);
}

// -- ResponseHead -----------------------------------------------------------------------------------------------------

void ResponseHead::set(std::string_view name, std::string_view value) {
  const bool added_to = equals_ignore_case(name, "set-cookie") || equals_ignore_case(name, "vary");
  if (!added_to)
    for (std::size_t i = 0; i < size_; ++i)
      if (equals_ignore_case(fields_[i].name, name)) {
        fields_[i].value = value;
        return;
      }
  if (size_ == fields_.size()) fields_.emplace_back();
  fields_[size_].name = name;
  fields_[size_].value = value;
  ++size_;
}

std::string_view ResponseHead::get(std::string_view name) const noexcept {
  for (const Field& field : *this)
    if (equals_ignore_case(field.name, name)) return field.value;
  return {};
}

void ResponseHead::clear() noexcept {
  status = 200;
  size_ = 0;
}

// -- Response ---------------------------------------------------------------------------------------------------------

Response& Response::status(int code) {
  data_->head.status = code;
  return *this;
}

Response& Response::header(std::string_view name, std::string_view value) {
  data_->head.set(name, value);
  return *this;
}

Response& Response::type(std::string_view media_type) {
  if (media_type.find('/') != std::string_view::npos) return header("Content-Type", media_type);
  return header("Content-Type", content_type_for("." + std::string(media_type)));
}

void Response::send(std::string_view body) {
  if (data_->answered) return data_->connection->warn("a second answer to one request was ignored");
  if (data_->head.get("content-type").empty()) header("Content-Type", "text/html; charset=utf-8");
  data_->answered = true;
  data_->connection->answer(data_->head, as_bytes(body));
}

void Response::send(std::span<const std::byte> body) {
  if (data_->head.get("content-type").empty()) header("Content-Type", "application/octet-stream");
  send(as_text(body));
}

void Response::json(const duplex::json::Text& body) {
  if (data_->head.get("content-type").empty()) header("Content-Type", "application/json; charset=utf-8");
  send(body.text());
}

void Response::redirect(std::string_view location, int code) {
  status(code).header("Location", location).type("text/plain; charset=utf-8");
  send("Redirecting to " + std::string(location) + "\n");
}

Reply Response::defer() {
  if (data_->answered) {
    data_->connection->warn("a second promise to answer one request was ignored");
    return Reply(ReplyState::for_nobody(*data_->connection));
  }
  data_->answered = true;
  ResponseHead started;  // without a header nothing is taken: an answer may be long in coming
  if (data_->head.empty())
    started.status = data_->head.status;
  else
    started = data_->head.take();
  return Reply(data_->connection->defer(std::move(started)));
}

}  // namespace duplex::http
