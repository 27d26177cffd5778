// SPDX-License-Identifier: MIT
// H23: whatever an application gives as reason, name, value or cookie, the response that leaves has these lines only.
#include <cstdlib>
#include <string>

#include "protocol/http/cookie.h"
#include "protocol/http/response.h"
#include "protocol/http/response_head.h"
#include "protocol/http/token.h"

using namespace duplex;
using namespace duplex::http;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

std::string_view take(std::string_view& rest) {
  const auto end = rest.find('|');
  const auto part = rest.substr(0, end);
  rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = as_text(std::as_bytes(std::span(data, size)));
  const auto reason = take(rest), name = take(rest), value = take(rest), cookie_name = take(rest),
             cookie_path = take(rest);
  const SetCookie cookie{.name = cookie_name, .value = rest, .path = cookie_path};
  Buffer out;
  out.append("before");
  const Errc error = ResponseWriter(out, 200, reason).field(name, value).cookie(cookie).content_length(3).finish();
  if (error != Errc::ok) {
    require(out.text() == "before");
    return 0;
  }
  out.consume(6);
  ResponseHeadParser parser;
  ReceivedHead head;
  const HeadStep step = parser.parse(out.bytes(), {.first_line = 1_MiB, .head = 2_MiB}, head);
  require(step.progress == Progress::done && step.consumed == out.size());
  require(head.headers.size() == 3 && head.framing == Framing{Framing::Kind::length, 3});
  require(head.headers.all()[0].name == name && head.headers.all()[0].value == trim(value));
  require(head.headers.all()[1].value.starts_with(std::string(cookie_name) + "=" + std::string(rest)));
  return 0;
}
