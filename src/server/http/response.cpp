// SPDX-License-Identifier: MIT
#include <ctime>

#include "protocol/http/cookie.h"
#include "protocol/http/disposition.h"
#include "protocol/http/mime.h"
#include "protocol/http/status.h"
#include "protocol/http/token.h"
#include "protocol/http/url.h"
#include "server/http/exchange.h"
#include "server/http/http_connection.h"
#include "server/http/reply_state.h"

namespace duplex::http {

// -- ResponseHead -----------------------------------------------------------------------------------------------------

void ResponseHead::set(std::string_view name, std::string_view value) {
  const bool added_to = equals_ignore_case(name, "set-cookie") || equals_ignore_case(name, "vary");
  if (!added_to)
    for (std::size_t i = 0; i < size_; ++i)
      if (equals_ignore_case(fields_[i].name, name)) {
        fields_[i].value = value;
        return;
      }
  add(name, value);
}

void ResponseHead::add(std::string_view name, std::string_view value) {
  if (size_ == fields_.size()) fields_.emplace_back();
  fields_[size_].name = name;
  fields_[size_].value = value;
  ++size_;
}

void ResponseHead::append(std::string_view name, std::string_view value) {
  if (!equals_ignore_case(name, "set-cookie"))
    for (std::size_t i = 0; i < size_; ++i)
      if (equals_ignore_case(fields_[i].name, name)) {
        fields_[i].value.append(fields_[i].value.empty() ? "" : ", ").append(value);
        return;
      }
  add(name, value);
}

void ResponseHead::remove(std::string_view name) noexcept {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    if (equals_ignore_case(fields_[i].name, name)) continue;
    if (kept != i) std::swap(fields_[kept], fields_[i]);
    ++kept;
  }
  size_ = kept;
}

void ResponseHead::vary(std::string_view field) {
  for (const Field& line : *this)
    if (equals_ignore_case(line.name, "vary") && (has_token(line.value, field) || line.value == "*")) return;
  append("Vary", field);
}

std::string_view ResponseHead::get(std::string_view name) const noexcept {
  for (const Field& field : *this)
    if (equals_ignore_case(field.name, name)) return field.value;
  return {};
}

void ResponseHead::clear() noexcept {
  status = 200;
  error = Errc::ok;
  size_ = 0;
}

// -- the head ---------------------------------------------------------------------------------------------------------

Response& Response::status(int code) {
  data_->head.status = code;
  return *this;
}

Response& Response::header(std::string_view name, std::string_view value) {
  data_->head.set(name, value);
  return *this;
}

std::string_view Response::header(std::string_view name) const noexcept { return data_->head.get(name); }

Response& Response::append(std::string_view name, std::string_view value) {
  data_->head.append(name, value);
  return *this;
}

Response& Response::vary(std::string_view field) {
  data_->head.vary(field);
  return *this;
}

Response& Response::type(std::string_view media_type) {
  if (media_type.find('/') != std::string_view::npos) return header("Content-Type", media_type);
  const bool is_name = media_type.find('.') != std::string_view::npos;  // "page.html", as Express has it
  return header("Content-Type", is_name ? content_type_for(media_type) : content_type_of(media_type));
}

namespace {

void add_cookie(ResponseHead& head, const SetCookie& cookie) {
  Buffer line;
  if (const Errc error = write_set_cookie(line, cookie); error != Errc::ok)
    head.error = error;
  else
    head.add("Set-Cookie", line.text());
}

}  // namespace

Response& Response::cookie(std::string_view name, std::string_view value, const CookieOptions& options) {
  const std::string encoded = percent_encode(value);
  SetCookie cookie{.name = name, .value = encoded, .path = options.path, .domain = options.domain};
  cookie.max_age = options.max_age;
  if (options.max_age) cookie.expires = std::time(nullptr) + *options.max_age;  // for what does not know Max-Age
  cookie.http_only = options.http_only;
  cookie.secure = options.secure;
  cookie.same_site = options.same_site;
  add_cookie(data_->head, cookie);
  return *this;
}

Response& Response::clear_cookie(std::string_view name, CookieOptions options) {
  SetCookie cookie{.name = name, .value = {}, .path = options.path, .domain = options.domain};
  cookie.expires = 0;
  cookie.http_only = options.http_only;
  cookie.secure = options.secure;
  cookie.same_site = options.same_site;
  add_cookie(data_->head, cookie);
  return *this;
}

Response& Response::attachment(std::string_view file_name) {
  if (!file_name.empty() && file_name.find('.') != std::string_view::npos) type(content_type_for(file_name));
  return header("Content-Disposition", attachment_disposition(file_name));
}

Response& Response::location(std::string_view url) { return header("Location", encode_url(url)); }

// -- the end ----------------------------------------------------------------------------------------------------------

void Response::send(std::string_view body) {
  if (data_->answered) return data_->connection->warn("a second answer to one request was ignored");
  const std::string_view type = data_->head.get("content-type");
  if (type.empty())
    header("Content-Type", "text/html; charset=utf-8");
  else if (type.starts_with("text/") && !type.ends_with("; charset=utf-8") && !parameter(type, "charset"))
    header("Content-Type", std::string(type) + "; charset=utf-8");
  data_->answered = true;
  data_->connection->answer_entity(data_->head, as_bytes(body), data_->etags, data_->connection->conditions(*data_));
}

void Response::send(std::span<const std::byte> body) {
  if (data_->answered) return data_->connection->warn("a second answer to one request was ignored");
  if (data_->head.get("content-type").empty()) header("Content-Type", "application/octet-stream");
  data_->answered = true;
  data_->connection->answer_entity(data_->head, body, data_->etags, data_->connection->conditions(*data_));
}

void Response::send_status(int code) {
  status(code).header("Content-Type", "text/plain; charset=utf-8");
  send(reason_for(code));
}

void Response::end() {
  if (data_->answered) return data_->connection->warn("a second answer to one request was ignored");
  data_->answered = true;
  data_->connection->answer(data_->head, {});
}

void Response::json(const duplex::json::Text& body) {
  if (data_->head.get("content-type").empty()) header("Content-Type", "application/json; charset=utf-8");
  send(body.text());
}

void Response::fail(std::error_code error) {
  const int code = error.category() == category() ? status_for(static_cast<Errc>(error.value())) : 500;
  status(code).type("txt");
  send(std::to_string(code) + " " + error.message() + "\n");
}

void Response::redirect(std::string_view url, int code) {
  data_->etags = Etag::off;
  status(code).location(url).header("Content-Type", "text/plain; charset=utf-8");
  send(std::string(reason_for(code)) + ". Redirecting to " + std::string(data_->head.get("location")));
}

void Response::pass() noexcept { data_->passed = true; }
bool Response::is_answered() const noexcept { return data_->answered; }

Reply Response::defer() {
  if (data_->answered) {
    data_->connection->warn("a second promise to answer one request was ignored");
    return Reply(ReplyState::for_nobody(*data_->connection));
  }
  data_->answered = true;
  ResponseHead started;  // without a header nothing is taken: an answer may be long in coming
  if (data_->head.empty()) {
    started.status = data_->head.status;
    started.error = data_->head.error;
  } else {
    started = data_->head.take();
  }
  return Reply(data_->connection->defer(std::move(started), *data_));
}

}  // namespace duplex::http
