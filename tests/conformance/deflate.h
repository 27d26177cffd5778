// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct z_stream_s;

namespace conformance {

/// One direction of permessage-deflate (RFC 7692 §7.2), straight on zlib.
class Compressor {
 public:
  Compressor(int window_bits, bool takeover);
  ~Compressor();
  std::string operator()(std::string_view message);

 private:
  std::unique_ptr<z_stream_s> stream_;
  bool takeover_;
};

class Decompressor {
 public:
  Decompressor(int window_bits, bool takeover);
  ~Decompressor();
  /// Nothing when the data is not DEFLATE within the agreed window.
  std::optional<std::string> operator()(std::string message);

 private:
  std::unique_ptr<z_stream_s> stream_;
  std::string chunk_;
  bool takeover_;
};

}  // namespace conformance
