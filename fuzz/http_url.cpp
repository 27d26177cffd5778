// SPDX-License-Identifier: MIT
// Targets, paths, queries and header lists: what is accepted holds what the headers promise.
#include <cstdlib>
#include <string>

#include "core/bytes.h"
#include "protocol/http/cookie.h"
#include "protocol/http/date.h"
#include "protocol/http/query.h"
#include "protocol/http/request_target.h"
#include "protocol/http/token.h"
#include "protocol/http/url.h"

using namespace duplex;
using namespace duplex::http;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check_target(std::string_view text) {
  RequestTarget target;
  if (parse_target(text, target) != Errc::ok) return;
  require(target.path.starts_with('/') && target.path.find("//") == target.path.npos);
  const auto decoded = percent_decode(target.path);
  require(decoded && decoded->find('\0') == decoded->npos);
  require(percent_decode(target.query, Plus::is_space).has_value());
}

void check_path(std::string_view text) {
  const auto path = resolve_path(text);
  if (!path) return;
  require(path->find('\0') == path->npos && path->find('\\') == path->npos && !path->starts_with('/'));
  require(("/" + *path + "/").find("/../") == std::string::npos &&
          ("/" + *path + "/").find("/./") == std::string::npos);
}

void check_query(std::string_view text) {
  const Query query(text);
  std::size_t pairs = 0;
  auto cursor = query.pairs();
  for (; const auto pair = cursor.next(); ++pairs) {
    if (const auto name = percent_decode(pair->name, Plus::is_space)) {
      require(query.raw(*name).has_value() && query.count(*name) >= 1);
    }
    if (pairs == 32) return;
  }
  require(query.is_bounded(pairs) && (pairs == 0 || !query.is_bounded(pairs - 1)));
}

void check_lists(std::string_view text) {
  ListCursor list(text);
  while (const auto element = list.next()) require(!element->empty() && trim(*element) == *element);
  RequestCookies cookies(text);
  while (const auto cookie = cookies.next()) require(!cookie->name.empty() && find_cookie(text, cookie->name));
  static_cast<void>(accepts_encoding(text, "gzip"));
  static_cast<void>(parameter(text, "q"));
  if (const auto seconds = parse_date(text); seconds && !text.ends_with(":60 GMT")) {
    const DateText date = format_date(*seconds);
    require(std::string_view(date.data(), date.size()) == text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
  check_target(text);
  check_path(text);
  check_query(text);
  if (size <= 512) check_lists(text);
  require(percent_decode(percent_encode(text)) == text);
  require(decodes_to(percent_encode(text), text));
  return 0;
}
