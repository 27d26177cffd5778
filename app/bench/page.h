// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

namespace duplex::bench {

/// A run, as `json_of` tells it, as one HTML page that needs nothing else: web/report with the run put in.
std::string page_of(const std::string& json);

/// Why `file` cannot be written, or nothing. It exists afterwards; what it holds is left as it is.
std::optional<std::string> complaint_about_file(const std::string& file);

/// Replaces what `file` holds. What went wrong, or nothing.
std::optional<std::string> write_file(const std::string& file, const std::string& text);

}  // namespace duplex::bench
