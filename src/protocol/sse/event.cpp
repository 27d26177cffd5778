// SPDX-License-Identifier: MIT
#include "protocol/sse/event.h"

#include <array>
#include <charconv>

namespace duplex::sse {
namespace {

constexpr std::string_view line_ends("\r\n\0", 3);

void line(Buffer& out, std::string_view field, std::string_view value) {
  out.append(field);
  out.append(value);
  out.push_back('\n');
}

}  // namespace

void encode_retry(Buffer& out, std::uint64_t milliseconds) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), milliseconds).ptr;
  line(out, "retry: ", {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

bool encode(Buffer& out, const Fields& fields) {
  if (fields.name.find_first_of(line_ends) != std::string_view::npos) return false;
  if (fields.id.find_first_of(line_ends) != std::string_view::npos) return false;
  if (!fields.name.empty()) line(out, "event: ", fields.name);
  if (!fields.id.empty()) line(out, "id: ", fields.id);
  if (fields.retry) encode_retry(out, *fields.retry);
  std::string_view rest = fields.data;
  for (;;) {  // CR LF, LF and CR each end a line
    const auto end = rest.find_first_of(std::string_view("\r\n"));
    line(out, "data: ", rest.substr(0, end));
    if (end == rest.npos) break;
    rest.remove_prefix(end + (rest.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  out.push_back('\n');
  return true;
}

}  // namespace duplex::sse
