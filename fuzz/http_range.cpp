// SPDX-License-Identifier: MIT
// A Range header names a part that lies within the body, or nothing.
#include <cstdlib>

#include "core/bytes.h"
#include "protocol/http/conditional.h"
#include "protocol/http/range.h"

using namespace duplex;
using namespace duplex::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
  for (const std::uint64_t body : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{10}, UINT64_MAX}) {
    const RangeChoice choice = choose_range(text, body);
    if (choice.kind != RangeChoice::Kind::part) continue;
    if (choice.length == 0 || choice.first >= body || choice.length > body - choice.first) std::abort();
  }
  const Validators ours{"\"a\"", 784'111'777};
  if (judge({.if_none_match = text}, ours) == Verdict::failed) std::abort();
  if (judge({.if_match = text}, ours) == Verdict::not_modified) std::abort();
  static_cast<void>(range_applies({.if_range = text}, ours));
  return 0;
}
