// SPDX-License-Identifier: MIT
#include "net/tls_session.h"
#include "protocol/http/cookie.h"
#include "protocol/http/query.h"
#include "protocol/http/token.h"
#include "protocol/http/url.h"
#include "server/http/exchange.h"
#include "server/http/http_connection.h"

namespace duplex::http {
namespace {

bool is_json_type(std::string_view type) noexcept {
  return equals_ignore_case(type, "application/json") ||
         (type.size() > 5 && equals_ignore_case(type.substr(type.size() - 5), "+json"));
}

}  // namespace

std::string_view Request::method() const noexcept { return data_->head->method_name; }
std::string_view Request::target() const noexcept { return data_->head->target; }
std::string_view Request::path() const noexcept { return data_->head->path; }
std::string_view Request::base() const noexcept { return path().substr(0, data_->base); }
std::string_view Request::subpath() const noexcept {
  const std::string_view rest = path().substr(data_->base);
  return rest.empty() ? std::string_view("/") : rest;
}
std::string_view Request::query() const noexcept { return data_->head->query; }
std::optional<std::string> Request::query(std::string_view name) const { return Query(data_->head->query).get(name); }
std::string_view Request::header(std::string_view name) const noexcept { return data_->head->headers[name]; }
std::string_view Request::param(std::string_view name) const noexcept { return data_->params.get(name); }

std::optional<std::string> Request::cookie(std::string_view name) const {
  const auto sent = find_cookie(data_->head->headers[HeaderId::cookie], name);
  if (!sent) return std::nullopt;
  auto decoded = percent_decode(*sent);
  return decoded ? std::move(*decoded) : std::string(*sent);
}

std::string_view Request::body() const noexcept { return data_->body; }

Result<duplex::json::View> Request::json() const {
  if (!is_json_type(media_type(data_->head->headers[HeaderId::content_type])))
    return make_error_code(Errc::unsupported_media_type);
  auto parsed = duplex::json::parse(data_->body);
  if (!parsed) return make_error_code(Errc::bad_json);
  return parsed;
}

std::optional<std::string> Request::form(std::string_view name) const {
  if (!is("application/x-www-form-urlencoded")) return std::nullopt;
  return Query(data_->body).get(name);
}

bool Request::is(std::string_view type) const noexcept {
  if (!data_->head->framing.has_body()) return false;
  const std::string_view sent = media_type(data_->head->headers[HeaderId::content_type]);
  if (type == "json") return is_json_type(sent);
  if (type == "urlencoded") type = "application/x-www-form-urlencoded";
  if (type == "text") type = "text/plain";
  if (type == "html") type = "text/html";
  if (type.ends_with("/*")) {
    type.remove_suffix(1);
    return equals_ignore_case(sent.substr(0, type.size()), type);
  }
  return equals_ignore_case(sent, type);
}

bool Request::is_secure() const noexcept { return data_->connection->stream().is_tls(); }
std::string Request::peer_subject() const {
  const net::TlsSession* tls = data_->connection->stream().tls();
  return tls != nullptr ? tls->peer_subject() : std::string();
}
std::string Request::peer() const { return data_->connection->stream().peer().text(); }

void Request::each_header(Function<void(std::string_view, std::string_view)> visit) const {
  for (const Header& header : data_->head->headers) visit(header.name, header.value);
}

}  // namespace duplex::http
