// SPDX-License-Identifier: MIT
#include "core/utf8.h"

#include <cstdint>
#include <cstdlib>

using namespace duplex;

// The fast path, the byte by byte path and any two pieces agree, also on where the first bad byte is (U3).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ConstBytes bytes{reinterpret_cast<const std::byte*>(data), size};
  Utf8Validator bytewise;
  std::size_t good = 0;
  while (good < size && bytewise.feed(bytes.subspan(good, 1))) ++good;
  if (is_valid_utf8(bytes) != (good == size && bytewise.complete())) std::abort();

  Utf8Validator before;
  if (!before.feed(bytes.first(good))) std::abort();
  if (good < size && before.feed(bytes.subspan(good))) std::abort();
  if (good < size) {
    Utf8Validator at;
    if (at.feed(bytes.first(good + 1))) std::abort();
  }
  const std::size_t cut = size == 0 ? 0 : data[size - 1] % (size + 1);
  Utf8Validator pieces;
  const bool ok = pieces.feed(bytes.first(cut)) && pieces.feed(bytes.subspan(cut));
  if (ok != (good == size)) std::abort();
  return 0;
}
