// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

namespace duplex::http {

/// The content type of a file by the extension of its name ("a/b.HTML"); text types say charset=utf-8.
/// "application/octet-stream" for one that is not known.
std::string_view content_type_for(std::string_view file_name) noexcept;
/// The same by extension alone: "txt".
std::string_view content_type_of(std::string_view extension) noexcept;

/// Whether compressing such a body is worth the time (text, JSON, JavaScript, SVG, wasm …).
bool is_compressible(std::string_view content_type) noexcept;

}  // namespace duplex::http
