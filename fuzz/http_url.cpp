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

/// Decodes what is an escape, and leaves a '%' that begins none.
std::string decoded_where_encoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool complete = text[i] == '%' && text.size() - i > 2;
    const auto hex = [](char c) {
      return std::string_view("0123456789abcdefABCDEF").find(c) != std::string_view::npos;
    };
    if (complete && hex(text[i + 1]) && hex(text[i + 2])) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// A URL that its author has encoded in part is encoded in whole: nothing in it can end a header line, and it says the
/// same.
void check_url(std::string_view text) {
  const std::string encoded = encode_url(text);
  for (const char c : encoded) require(c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>');
  require(encode_url(encoded) == encoded);
  // percent_decode refuses %00, which a URL may hold all the same.
  if (const auto decoded = percent_decode(encoded)) require(*decoded == decoded_where_encoded(text));
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
  check_url(text);
  return 0;
}
