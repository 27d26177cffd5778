// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

namespace duplex::http {

/// What a client says that it has (RFC 9110 §13.1): header values, empty when absent.
struct Conditions {
  std::string_view if_match = {}, if_none_match = {}, if_modified_since = {}, if_unmodified_since = {}, if_range = {};
  std::string_view cache_control = {};  ///< "no-cache": it wants everything anew
};

/// What there is.
struct Validators {
  std::string_view etag;       ///< with its quotes
  std::int64_t modified = -1;  ///< seconds since 1970; negative: not known
};

enum class Verdict : std::uint8_t {
  serve,
  not_modified,  ///< 304
  failed,        ///< 412
};
/// In the order of RFC 9110 §13.2.2, for GET and HEAD.
Verdict judge(const Conditions& conditions, const Validators& ours) noexcept;
/// Whether a Range counts: there is no If-Range, or it names what we have (strong comparison; a date exactly).
bool range_applies(const Conditions& conditions, const Validators& ours) noexcept;
/// Whether a list of entity tags, or "*", names this one; `weak`: W/ does not matter.
bool names_etag(std::string_view list, std::string_view etag, bool weak) noexcept;

}  // namespace duplex::http
