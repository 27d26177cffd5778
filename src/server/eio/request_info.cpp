// SPDX-License-Identifier: MIT
#include "server/eio/request_info.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "core/buffer.h"
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

// A request is kept as long as its session, and most of what clients say all of them say: such a text is kept as one
// byte. Others as their size (one byte, or five) and themselves. New ones go at the end.
constexpr std::string_view known[] = {"",
                                      "GET",
                                      "POST",
                                      "/socket.io/?EIO=4&transport=websocket",
                                      "/socket.io/?EIO=4&transport=polling",
                                      "127.0.0.1",
                                      "Host",
                                      "Connection",
                                      "Upgrade",
                                      "websocket",
                                      "keep-alive",
                                      "keep-alive, Upgrade",
                                      "close",
                                      "Sec-WebSocket-Version",
                                      "13",
                                      "Sec-WebSocket-Key",
                                      "Sec-WebSocket-Extensions",
                                      "permessage-deflate",
                                      "permessage-deflate; client_max_window_bits",
                                      "Sec-WebSocket-Protocol",
                                      "User-Agent",
                                      "Origin",
                                      "Accept",
                                      "*/*",
                                      "Accept-Encoding",
                                      "gzip, deflate",
                                      "gzip, deflate, br",
                                      "gzip, deflate, br, zstd",
                                      "Accept-Language",
                                      "en-US,en;q=0.9",
                                      "en-US,en;q=0.5",
                                      "Cookie",
                                      "Pragma",
                                      "Cache-Control",
                                      "no-cache",
                                      "Referer",
                                      "DNT",
                                      "1",
                                      "Sec-Fetch-Site",
                                      "Sec-Fetch-Mode",
                                      "Sec-Fetch-Dest",
                                      "same-origin",
                                      "same-site",
                                      "cross-site",
                                      "cors",
                                      "empty",
                                      "sec-ch-ua",
                                      "sec-ch-ua-mobile",
                                      "?0",
                                      "?1",
                                      "sec-ch-ua-platform",
                                      "Priority",
                                      "Authorization",
                                      "Content-Type",
                                      "text/plain;charset=UTF-8",
                                      "Content-Length",
                                      "X-Forwarded-For",
                                      "X-Forwarded-Proto",
                                      "X-Forwarded-Host",
                                      "X-Real-IP",
                                      "Forwarded",
                                      "Via",
                                      "http",
                                      "https",
                                      "Sec-GPC",
                                      "host",
                                      "connection",
                                      "upgrade",
                                      "sec-websocket-version",
                                      "sec-websocket-key",
                                      "sec-websocket-extensions",
                                      "user-agent",
                                      "origin",
                                      "accept",
                                      "accept-encoding",
                                      "accept-language",
                                      "cookie"};
constexpr unsigned char short_text = 0xFE, long_text = 0xFF;
static_assert(std::size(known) < short_text);

void pack(Buffer& out, std::string_view text) {
  const auto found = std::find(std::begin(known), std::end(known), text);
  if (found != std::end(known)) return out.push_back(static_cast<char>(found - std::begin(known)));
  const auto size = static_cast<std::uint32_t>(text.size());
  if (size <= 0xFF) {
    out.push_back(static_cast<char>(short_text));
    out.push_back(static_cast<char>(size));
  } else {
    out.push_back(static_cast<char>(long_text));
    out.append(std::string_view(reinterpret_cast<const char*>(&size), sizeof size));
  }
  out.append(text);
}

/// The text at `at`, which moves on to the next.
std::string_view unpack(const char*& at) noexcept {
  const auto kind = static_cast<unsigned char>(*at++);
  if (kind < short_text) return known[kind];
  std::uint32_t size = static_cast<unsigned char>(*at);
  if (kind == long_text) {
    std::memcpy(&size, at, sizeof size);
    at += sizeof size;
  } else {
    ++at;
  }
  const std::string_view text(at, size);
  at += size;
  return text;
}

constexpr unsigned method_text = 0, url_text = 1, address_text = 2, subject_text = 3, first_header = 4;

/// Allocates an object and so many bytes behind it, for std::allocate_shared: one block for both.
template <class T>
struct WithTail {
  using value_type = T;
  std::size_t size;
  char** tail;  // set when it allocates
  WithTail(std::size_t bytes, char** where) noexcept : size(bytes), tail(where) {}
  template <class U>
  WithTail(const WithTail<U>& o) noexcept : size(o.size), tail(o.tail) {}  // NOLINT: allocators convert
  T* allocate(std::size_t n) {
    auto* const memory = static_cast<T*>(::operator new(n * sizeof(T) + size));
    *tail = reinterpret_cast<char*>(memory + n);
    return memory;
  }
  void deallocate(T* memory, std::size_t) noexcept { ::operator delete(memory); }
  friend bool operator==(const WithTail&, const WithTail&) noexcept { return true; }
};

}  // namespace

std::shared_ptr<const RequestInfo> RequestAccess::keep(const http::Request& request) {
  thread_local Buffer packed;
  packed.clear();
  pack(packed, request.method());
  pack(packed, request.target());
  const std::string peer = request.peer();
  pack(packed, without_port(peer));
  pack(packed, request.peer_subject());
  std::uint32_t texts = first_header;
  for (const http::Header& header : http::Access::data(request).head->headers) {
    pack(packed, header.name);
    pack(packed, header.value);
    texts += 2;
  }
  char* tail = nullptr;
  auto info = std::allocate_shared<RequestInfo>(WithTail<RequestInfo>(packed.size(), &tail));
  std::memcpy(tail, packed.data(), packed.size());
  info->packed_ = tail;
  info->texts_ = texts;
  info->secure_ = request.is_secure();
  info->time_ = std::chrono::system_clock::now();
  return info;
}

std::string_view RequestInfo::text(unsigned number) const noexcept {
  const char* at = packed_;
  while (number-- > 0) unpack(at);
  return unpack(at);
}
std::string_view RequestInfo::method() const noexcept { return text(method_text); }
std::string_view RequestInfo::url() const noexcept { return text(url_text); }
std::string_view RequestInfo::address() const noexcept { return text(address_text); }
std::string_view RequestInfo::peer_subject() const noexcept { return text(subject_text); }

std::string_view RequestInfo::header(std::string_view name) const noexcept {
  const char* at = packed_;
  for (unsigned i = 0; i < first_header; ++i) unpack(at);
  for (unsigned i = first_header; i < texts_; i += 2) {
    const std::string_view key = unpack(at), value = unpack(at);
    if (http::equals_ignore_case(key, name)) return value;
  }
  return {};
}

std::optional<std::string> RequestInfo::query(std::string_view name) const {
  return http::Query(query_of(url())).get(name);
}

void RequestInfo::each_header(Function<void(std::string_view, std::string_view)> visit) const {
  const char* at = packed_;
  for (unsigned i = 0; i < first_header; ++i) unpack(at);
  for (unsigned i = first_header; i < texts_; i += 2) {
    const std::string_view name = unpack(at), value = unpack(at);
    visit(name, value);
  }
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
