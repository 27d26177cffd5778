// SPDX-License-Identifier: MIT
#include "server/eio/request_info.h"

#include "protocol/http/query.h"
#include "protocol/http/token.h"
#include "protocol/http/url.h"
#include "server/http/exchange.h"

namespace duplex::eio {
namespace {

/// The address without its port: "127.0.0.1", "::1".
std::string_view without_port(std::string_view peer) noexcept {
  if (peer.starts_with("unix:")) return peer;
  const std::size_t colon = peer.rfind(':');
  std::string_view host = colon == std::string_view::npos ? peer : peer.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host;
}

std::string_view query_of(std::string_view url) noexcept {
  const std::size_t mark = url.find('?');
  return mark == std::string_view::npos ? std::string_view() : url.substr(mark + 1);
}

}  // namespace

std::shared_ptr<const RequestInfo> RequestAccess::keep(const http::Request& request) {
  auto info = std::make_shared<RequestInfo>();
  const std::string peer = request.peer(), subject = request.peer_subject();
  std::size_t size = request.method().size() + request.target().size() + peer.size() + subject.size(), headers = 0;
  for (const http::Header& header : http::Access::data(request).head->headers) {
    size += header.name.size() + header.value.size();
    ++headers;
  }
  info->text_.reserve(size);
  info->headers_.reserve(headers);
  auto add = [&info](std::string_view text) {
    const RequestInfo::Part part{static_cast<std::uint32_t>(info->text_.size()),
                                 static_cast<std::uint32_t>(text.size())};
    info->text_ += text;
    return part;
  };
  info->method_ = add(request.method());
  info->url_ = add(request.target());
  info->address_ = add(without_port(peer));
  info->subject_ = add(subject);
  for (const http::Header& header : http::Access::data(request).head->headers) {
    const RequestInfo::Part name = add(header.name);
    info->headers_.emplace_back(name, add(header.value));
  }
  info->secure_ = request.is_secure();
  info->time_ = std::chrono::system_clock::now();
  return info;
}

std::string_view RequestInfo::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers_)
    if (http::equals_ignore_case(part(key), name)) return part(value);
  return {};
}

std::optional<std::string> RequestInfo::query(std::string_view name) const {
  return http::Query(query_of(url())).get(name);
}

void RequestInfo::each_header(Function<void(std::string_view, std::string_view)> visit) const {
  for (const auto& [name, value] : headers_) visit(part(name), part(value));
}

void RequestInfo::each_query(Function<void(std::string_view, std::string_view)> visit) const {
  http::Query::Cursor pairs = http::Query(query_of(url())).pairs();
  while (const auto pair = pairs.next()) {
    const auto name = http::percent_decode(pair->name, http::Plus::is_space);
    const auto value = http::percent_decode(pair->value, http::Plus::is_space);
    visit(name ? std::string_view(*name) : pair->name, value ? std::string_view(*value) : pair->value);
  }
}

}  // namespace duplex::eio
