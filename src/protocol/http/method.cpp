// SPDX-License-Identifier: MIT
#include "protocol/http/method.h"

#include <algorithm>

namespace duplex::http {
namespace {

struct Known {
  std::string_view name;
  Method method = Method::other;
  Errc error = Errc::ok;
};

// The list is Node's: what Express can route, we can.
constexpr Known known[] = {
    {"GET", Method::get},
    {"POST", Method::post},
    {"PUT", Method::put},
    {"DELETE", Method::del},
    {"PATCH", Method::patch},
    {"HEAD", Method::head},
    {"OPTIONS", Method::options},
    {"TRACE", Method::other, Errc::method_not_allowed},
    {"CONNECT", Method::other, Errc::method_not_allowed},
    {"PRI", Method::other, Errc::http2_preface},  // RFC 9113 §3.4: an HTTP/2 client begins with it
    {"ACL"},
    {"BIND"},
    {"CHECKOUT"},
    {"COPY"},
    {"LINK"},
    {"LOCK"},
    {"M-SEARCH"},
    {"MERGE"},
    {"MKACTIVITY"},
    {"MKCALENDAR"},
    {"MKCOL"},
    {"MOVE"},
    {"NOTIFY"},
    {"PROPFIND"},
    {"PROPPATCH"},
    {"PURGE"},
    {"QUERY"},
    {"REBIND"},
    {"REPORT"},
    {"SEARCH"},
    {"SOURCE"},
    {"SUBSCRIBE"},
    {"UNBIND"},
    {"UNLINK"},
    {"UNLOCK"},
    {"UNSUBSCRIBE"},
};

constexpr char tls_handshake_record = 0x16;  // RFC 8446 §5.1

}  // namespace

MethodMatch match_method(std::string_view start) noexcept {
  using Kind = MethodMatch::Kind;
  if (start.starts_with("GET ")) return {Kind::matched, Errc::ok, Method::get, known[0].name};  // nearly all
  bool may_become_known = false;
  for (const Known& row : known) {
    const std::size_t n = std::min(start.size(), row.name.size());
    if (start.substr(0, n) != row.name.substr(0, n)) continue;
    if (start.size() <= row.name.size()) {
      may_become_known = true;
    } else if (start[n] == ' ') {
      if (row.error != Errc::ok) return {Kind::refused, row.error};
      return {Kind::matched, Errc::ok, row.method, row.name};
    }
  }
  if (may_become_known) return {Kind::need_more};
  return {Kind::refused, start[0] == tls_handshake_record ? Errc::tls_on_plain_port : Errc::bad_method};
}

}  // namespace duplex::http
