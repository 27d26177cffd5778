// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>
#include <system_error>

namespace duplex::msgpack {

/// Why bytes are not one MessagePack value, or not one that is taken.
enum class Errc {
  ok,
  truncated,
  reserved_byte,
  trailing_bytes,
  not_utf8,
  bad_key,
};

constexpr std::string_view text(Errc e) noexcept {
  switch (e) {
    case Errc::ok:
      return "no error";
    case Errc::truncated:
      return "the MessagePack ends within a value";
    case Errc::reserved_byte:
      return "the byte 0xc1, which begins no MessagePack value";
    case Errc::trailing_bytes:
      return "bytes follow the MessagePack value";
    case Errc::not_utf8:
      return "a MessagePack string is not UTF-8";
    case Errc::bad_key:
      return "the key of a MessagePack map is neither a string nor an integer";
  }
  return "unknown error";
}

const std::error_category& category() noexcept;
inline std::error_code make_error_code(Errc e) noexcept { return {static_cast<int>(e), category()}; }

}  // namespace duplex::msgpack

template <>
struct std::is_error_code_enum<duplex::msgpack::Errc> : std::true_type {};
