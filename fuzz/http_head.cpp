// SPDX-License-Identifier: MIT
// Request and response heads: no input breaks the parsers, and the outcome does not depend on how the bytes are cut.
#include <cstdlib>
#include <string>

#include "protocol/http/head.h"
#include "protocol/http/response_head.h"
#include "protocol/http/token.h"

using namespace duplex;
using namespace duplex::http;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

std::string describe(const Headers& headers, const Framing& framing, bool keep_alive) {
  std::string out =
      std::to_string(static_cast<int>(framing.kind)) + std::to_string(framing.length) + (keep_alive ? "k" : "");
  for (const Header& header : headers) {
    require(is_token(header.name) && is_field_value(header.value) && header.id == header_id(header.name));
    out.append(header.name).append("=").append(header.value).append("\n");
  }
  return out;
}
std::string describe(const Head& head) {
  require(head.path.starts_with('/') && head.path.find("//") == head.path.npos);
  require(!head.wants_websocket || !head.framing.has_body());
  return std::string(head.method_name) + std::string(head.path) + "?" + std::string(head.query) + "\n" +
         (head.wants_websocket ? "w" : "") + (head.expects_continue ? "e" : "") +
         describe(head.headers, head.framing, head.keep_alive);
}
std::string describe(const ReceivedHead& head) {
  return std::to_string(head.status) + std::string(head.reason) + describe(head.headers, head.framing, head.keep_alive);
}

/// Feeds `first` bytes, then `step` more at a time, and describes the outcome.
template <class Parser, class Parsed>
std::string outcome(ConstBytes bytes, std::size_t first, std::size_t step) {
  static Parsed head;
  static const HeadLimits limits{.first_line = 256, .head = 1024, .headers = 8};
  Parser parser;
  for (std::size_t n = first;; n += step) {
    n = n < bytes.size() ? n : bytes.size();
    const HeadStep result = parser.parse(bytes.first(n), limits, head);
    if (result.progress == Progress::failed) return "error " + std::to_string(static_cast<int>(result.error));
    if (result.progress == Progress::done) {
      require(result.consumed <= n && result.consumed <= limits.head);
      return std::to_string(result.consumed) + " " + describe(head);
    }
    if (n == bytes.size()) return "unfinished";
  }
}

template <class Parser, class Parsed>
void check(ConstBytes bytes, std::size_t cut) {
  const std::string whole = outcome<Parser, Parsed>(bytes, bytes.size(), 1);
  require(whole == (outcome<Parser, Parsed>(bytes, 1, 1)));
  require(whole == (outcome<Parser, Parsed>(bytes, cut, bytes.size() + 1)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const ConstBytes bytes = std::as_bytes(std::span(data, size)).subspan(1);
  const std::size_t cut = 1 + data[0] % bytes.size();
  check<HeadParser, Head>(bytes, cut);
  check<ResponseHeadParser, ReceivedHead>(bytes, cut);
  return 0;
}
