// SPDX-License-Identifier: MIT
#include "protocol/json/escape.h"

#include <cstring>

#include "core/utf8.h"
#include "protocol/json/scan.h"

namespace duplex::json {
namespace {

constexpr char32_t replacement = 0xfffd;

int digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The four digits after `\u`, or -1.
long code_unit(const char* at, const char* end) noexcept {
  if (end - at < 4) return -1;
  long unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int d = digit(at[i]);
    if (d < 0) return -1;
    unit = unit << 4 | d;
  }
  return unit;
}

char* put_utf8(char* out, char32_t c) noexcept {
  const auto byte = [&](char32_t b) { *out++ = static_cast<char>(b); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xc0 | c >> 6), byte(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    byte(0xe0 | c >> 12), byte(0x80 | (c >> 6 & 0x3f)), byte(0x80 | (c & 0x3f));
  } else {
    byte(0xf0 | c >> 18), byte(0x80 | (c >> 12 & 0x3f)), byte(0x80 | (c >> 6 & 0x3f)), byte(0x80 | (c & 0x3f));
  }
  return out;
}

/// `at` is behind `\u`; moves it behind the code point, which may take a second escape.
char32_t code_point(const char*& at, const char* end) noexcept {
  const long unit = code_unit(at, end);
  if (unit < 0) return replacement;
  at += 4;
  if (unit < 0xd800 || unit > 0xdfff) return static_cast<char32_t>(unit);
  if (unit > 0xdbff || end - at < 6 || at[0] != '\\' || at[1] != 'u') return replacement;
  const long low = code_unit(at + 2, end);
  if (low < 0xdc00 || low > 0xdfff) return replacement;
  at += 6;
  return 0x10000 + (static_cast<char32_t>(unit - 0xd800) << 10) + static_cast<char32_t>(low - 0xdc00);
}

char simple_escape(char c) noexcept {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

/// How many bytes at `at` are one valid sequence; `valid` is false if they are only the maximal part of one.
std::size_t sequence_length(const unsigned char* at, const unsigned char* end, bool& valid) noexcept {
  const unsigned lead = *at;
  const std::size_t need = lead >= 0xc2 && lead <= 0xdf   ? 2
                           : lead >= 0xe0 && lead <= 0xef ? 3
                           : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                          : 0;
  valid = false;
  if (need == 0) return 1;
  // The second byte's range is narrower after E0, ED, F0 and F4: overlong forms, surrogates, beyond U+10FFFF.
  unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (std::size_t i = 1; i < need; ++i, low = 0x80, high = 0xbf)
    if (at + i == end || at[i] < low || at[i] > high) return i;
  valid = true;
  return need;
}

void append_repaired(std::string& out, std::string_view text) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = at + text.size();
  while (at != end) {
    bool valid = true;
    const std::size_t n = *at < 0x80 ? 1 : sequence_length(at, end, valid);
    if (valid)
      out.append(reinterpret_cast<const char*>(at), n);
    else
      out.append("\xef\xbf\xbd");
    at += n;
  }
}

}  // namespace

char* unescape(char* out, std::string_view escaped) noexcept {
  const char* at = escaped.data();
  const char* const end = at + escaped.size();
  for (;;) {
    const auto* next =
        static_cast<const char*>(at == end ? nullptr : std::memchr(at, '\\', static_cast<std::size_t>(end - at)));
    const char* const stop = next != nullptr ? next : end;
    if (stop != at) std::memcpy(out, at, static_cast<std::size_t>(stop - at));
    out += stop - at;
    if (next == nullptr || stop + 1 == end) return out;
    at = stop + 2;
    if (stop[1] != 'u') *out++ = simple_escape(stop[1]);
    // Without four digits (the text was not validated) U+FFFD would need more room than `\u` gives.
    else if (code_unit(at, end) >= 0)
      out = put_utf8(out, code_point(at, end));
  }
}

void escape(std::string& out, std::string_view text) {
  std::string repaired;
  if (!is_valid_utf8(as_bytes(text))) {
    append_repaired(repaired, text);
    text = repaired;
  }
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    const char* const stop = find_special(at, end);
    out.append(at, stop);
    if (stop == end) return;
    const auto c = static_cast<unsigned char>(*stop);
    out.push_back('\\');
    switch (c) {
      case '"':
      case '\\':
        out.push_back(*stop);
        break;
      case '\b':
        out.push_back('b');
        break;
      case '\f':
        out.push_back('f');
        break;
      case '\n':
        out.push_back('n');
        break;
      case '\r':
        out.push_back('r');
        break;
      case '\t':
        out.push_back('t');
        break;
      default:
        out.append("u00");
        out.push_back("0123456789abcdef"[c >> 4]);
        out.push_back("0123456789abcdef"[c & 15]);
    }
    at = stop + 1;
  }
}

}  // namespace duplex::json
