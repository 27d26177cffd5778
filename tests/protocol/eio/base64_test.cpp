// SPDX-License-Identifier: MIT
#include "protocol/eio/base64.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace duplex;

namespace {
std::string encoded(std::string_view bytes) {
  Buffer out;
  eio::encode_base64(out, as_bytes(bytes));
  return std::string(out.text());
}
std::optional<std::string> decoded(std::string_view text) {
  std::vector<std::byte> out(text.size() / 4 * 3 + 3);
  const auto n = eio::decode_base64(out.data(), text);
  if (!n) return std::nullopt;
  return std::string(as_text({out.data(), *n}));
}
}  // namespace

TEST_CASE("the vectors of RFC 4648") {
  for (auto [plain, text] : std::initializer_list<std::pair<const char*, const char*>>{{"", ""},
                                                                                       {"f", "Zg=="},
                                                                                       {"fo", "Zm8="},
                                                                                       {"foo", "Zm9v"},
                                                                                       {"foob", "Zm9vYg=="},
                                                                                       {"fooba", "Zm9vYmE="},
                                                                                       {"foobar", "Zm9vYmFy"}}) {
    CHECK(encoded(plain) == text);
    CHECK(decoded(text) == plain);
  }
  CHECK(decoded("Zg") == "f");
  CHECK(decoded("Zm8") == "fo");
}

TEST_CASE("all bytes survive, and in place") {
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 7 + size);
    std::string text = encoded(bytes);
    CHECK(decoded(text) == bytes);
    const auto n = eio::decode_base64(reinterpret_cast<std::byte*>(text.data()), text);
    REQUIRE(n == size);
    CHECK(std::string_view(text).substr(0, size) == bytes);
  }
}

TEST_CASE("E6: what is not standard base64 is refused") {
  for (auto text : {"A", "AAAAA", "=", "====", "A===", "AA=A", "AB==CD==", "AA-A", "AA_A", "AA A", "AA\nA", "AAA\x80",
                    "Zg=", "Zm9v=", "é"}) {
    CAPTURE(text);
    CHECK(!decoded(text));
  }
}
