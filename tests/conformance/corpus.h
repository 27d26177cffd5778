// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace conformance {

/// Data to compress, made by rule: the same on every machine, of the sizes and kinds of the suite's files.
class Corpus {
 public:
  static const Corpus& json();            ///< 194,056 octets of text, records with names and numbers
  static const Corpus& bitmap();          ///< 263,222 octets, a grey picture
  static const Corpus& prose();           ///< 222,218 octets of German-like text
  static const Corpus& html();            ///< 263,647 octets of text
  static const Corpus& incompressible();  ///< 1,042,328 octets of noise

  /// `length` characters (octets, where the data is binary) from a window that slides by its own length and wraps.
  std::string window(int index, std::size_t length) const;

  const std::string& bytes() const { return bytes_; }
  bool is_text() const { return !starts_.empty(); }

 private:
  Corpus(std::string bytes, bool is_text);

  std::string bytes_;
  std::vector<std::uint32_t> starts_;  ///< where each character begins; empty for binary data
};

}  // namespace conformance
