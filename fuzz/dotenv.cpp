// SPDX-License-Identifier: MIT
// `.env` texts: what comes out keeps what the header promises, and reads back from quotes that it does not hold.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/bytes.h"
#include "core/utf8.h"
#include "protocol/dotenv/dotenv.h"

using namespace duplex;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
  std::size_t line = 1;
  for (const dotenv::Entry& entry : dotenv::parse(text)) {
    require(!entry.key.empty() && entry.line >= line);
    require(is_valid_utf8(as_bytes(entry.value)));
    line = entry.line;
    if (entry.value.find_first_of("'\r") != std::string::npos || entry.value.find("\xE2\x80") != std::string::npos)
      continue;
    const auto again = dotenv::parse("# above\n" + entry.key + " = '" + entry.value + "' # behind\nNEXT=1");
    require(again.size() == 2 && again[0] == dotenv::Entry{entry.key, entry.value, 2} && again[1].value == "1");
  }
  return 0;
}
