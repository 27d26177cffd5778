// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "app/bench/findings.h"

namespace duplex::bench {

/// Findings as bytes, from one process of this program to another of the same run: nothing is converted. Of the
/// server's memory only its size goes along.
std::string pack(const Findings& found);
std::optional<Findings> unpack(std::string_view bytes);

}  // namespace duplex::bench
