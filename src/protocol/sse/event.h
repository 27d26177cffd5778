// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/buffer.h"

namespace duplex::sse {

/// One block of an event stream (WHATWG HTML §9.2.6). Empty parts are left out, but data always has its line: without
/// one a browser would not fire the event.
struct Fields {
  std::string_view data;
  std::string_view name = {};               ///< "message" if empty
  std::string_view id = {};                 ///< comes back as Last-Event-ID
  std::optional<std::uint64_t> retry = {};  ///< milliseconds until the client connects anew
};

/// Appends the block. False, and nothing is appended, if the name or the id holds a line end, or the id a NUL: data is
/// split into lines and may hold anything.
bool encode(Buffer& out, const Fields& fields);
/// A retry alone, before any event.
void encode_retry(Buffer& out, std::uint64_t milliseconds);
/// A comment, which clients pass over: it shows that the stream lives.
inline constexpr std::string_view heartbeat = ":\n\n";

}  // namespace duplex::sse
