// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace conformance {

/// A Greek word: five characters in 2 + 3 + 2 + 2 + 2 octets.
inline const std::string greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";

/// 29 octets with two-octet characters, and a place between two of them (after U+00E4).
inline const std::string mixed = "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!";
inline constexpr std::size_t mixed_cut = 15;

struct Utf8Sample {
  std::string id;
  std::string what;
  std::string octets;
  bool is_valid;
};

/// 6.5 to 6.23: one text message each.
std::vector<Utf8Sample> utf8_samples();

}  // namespace conformance
