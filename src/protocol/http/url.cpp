// SPDX-License-Identifier: MIT
#include "protocol/http/url.h"

namespace duplex::http {
namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// The decoded byte at the front of `text`, which is not empty, and takes it off; negative if malformed.
int take_decoded(std::string_view& text, Plus plus) noexcept {
  const char c = text.front();
  if (c != '%') {
    text.remove_prefix(1);
    return c == '+' && plus == Plus::is_space ? ' ' : static_cast<unsigned char>(c);
  }
  if (text.size() < 3) return -1;
  const int high = hex_value(text[1]), low = hex_value(text[2]);
  if (high < 0 || low < 0) return -1;
  text.remove_prefix(3);
  return high << 4 | low;
}

bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.!~*'()").find(c) != std::string_view::npos;
}

std::string percent_byte(unsigned char byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return {'%', digits[byte >> 4], digits[byte & 15]};
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const int byte = take_decoded(text, plus);
    if (byte < 0) return std::nullopt;
    out.push_back(static_cast<char>(byte));
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
      continue;
    }
    out += percent_byte(static_cast<unsigned char>(c));
  }
  return out;
}

std::string encode_url(std::string_view url) {
  constexpr std::string_view not_in_urls = " \"<>`{}";
  std::string out;
  out.reserve(url.size());
  for (std::size_t i = 0; i < url.size(); ++i) {
    const char c = url[i];
    const auto byte = static_cast<unsigned char>(c);
    const bool is_encoded = c == '%' && url.size() - i > 2 && hex_value(url[i + 1]) >= 0 && hex_value(url[i + 2]) >= 0;
    if (is_encoded || (c != '%' && byte > ' ' && byte < 0x7f && not_in_urls.find(c) == std::string_view::npos))
      out.push_back(c);
    else
      out += percent_byte(byte);
  }
  return out;
}

bool decodes_to(std::string_view encoded, std::string_view plain, Plus plus) noexcept {
  // Nearly every name that is another begins otherwise.
  if (encoded.empty() || plain.empty()) return encoded.empty() && plain.empty();
  if (encoded[0] != plain[0] && encoded[0] != '%' && encoded[0] != '+') return false;
  for (char c : plain) {
    if (encoded.empty() || take_decoded(encoded, plus) != static_cast<unsigned char>(c)) return false;
  }
  return encoded.empty();
}

PathSegments::PathSegments(std::string_view path) noexcept : rest_(path), more_(!path.empty()) {
  if (!rest_.empty() && rest_.front() == '/') rest_.remove_prefix(1);
}

std::optional<std::string_view> PathSegments::next() noexcept {
  if (!more_) return std::nullopt;
  const auto slash = rest_.find('/');
  more_ = slash != rest_.npos;
  const auto segment = rest_.substr(0, slash);
  rest_ = more_ ? rest_.substr(slash + 1) : std::string_view();
  return segment;
}

std::optional<std::string> resolve_path(std::string_view path) {
  std::string out;  // every kept segment is followed by '/'
  bool is_folder = true;
  PathSegments segments(path);
  while (const auto segment = segments.next()) {
    const auto name = percent_decode(*segment);  // first decoded, then judged: "%2e%2e" is ".."
    if (!name || name->find_first_of(std::string_view("/\\\0", 3)) != name->npos) return std::nullopt;
    is_folder = name->empty() || *name == "." || *name == "..";
    if (!is_folder) {
      out += *name;
      out += '/';
    } else if (*name == "..") {
      if (out.empty()) return std::nullopt;
      out.pop_back();
      out.erase(out.rfind('/') + 1);  // npos + 1 is 0
    }
  }
  if (!is_folder && !out.empty()) out.pop_back();
  return out;
}

}  // namespace duplex::http
