// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string_view>

#include "core/buffer.h"
#include "core/bytes.h"

namespace duplex::eio {

/// Appends the bytes as standard base64 with padding (RFC 4648 §4), as btoa and Buffer write it.
void encode_base64(Buffer& out, ConstBytes bytes);

/// Decodes standard base64, padded or not, to `out`, which has room for three quarters of the text and may be where the
/// text begins. Returns how many bytes came out; nothing if it is not base64. Node skips what it does not know; what
/// clients send is always well formed, so anything else is a parse error here (E6).
std::optional<std::size_t> decode_base64(std::byte* out, std::string_view text) noexcept;

}  // namespace duplex::eio
