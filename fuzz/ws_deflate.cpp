// SPDX-License-Identifier: MIT
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "protocol/ws/deflate_contexts.h"

using namespace duplex;

namespace {

constexpr std::size_t limit = 50'000;

/// The stream as one call of zlib inflates it, tail and all; nothing when zlib finds fault, or BFINAL, or the limit.
bool inflate_at_once(ConstBytes input, std::string& out, bool& final_block) {
  std::string whole(as_text(input));
  whole.append("\0\0\xff\xff", 4);
  z_stream z{};
  if (inflateInit2(&z, -15) != Z_OK) std::abort();
  out.resize(limit + 1);
  z.next_in = reinterpret_cast<Bytef*>(whole.data());
  z.avail_in = static_cast<uInt>(whole.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&z, Z_SYNC_FLUSH);
  out.resize(out.size() - z.avail_out);
  final_block = result == Z_STREAM_END;
  const bool between_blocks = (z.data_type & 128) != 0;
  inflateEnd(&z);
  return result == Z_OK && out.size() <= limit && between_blocks;
}

}  // namespace

// Bad data: the same verdict and bytes as zlib's in one call, in pieces of any size. Good data: there and back again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t step = data[0] + 1u;
  const ws::DeflateParameters parameters{.window_bits = static_cast<std::uint8_t>(9 + data[1] % 7),
                                         .mem_level = static_cast<std::uint8_t>(1 + data[1] / 7 % 9),
                                         .level = static_cast<std::uint8_t>(1 + data[1] / 63)};
  const ConstBytes input{reinterpret_cast<const std::byte*>(data + 2), size - 2};

  Buffer out;
  std::size_t charged = 0;
  const ws::Inflater::Sink sink{out, limit, nullptr, charged};
  ws::Inflater inflater(15);
  ws::Errc error = ws::Errc::ok;
  for (std::size_t at = 0; at < input.size() && error == ws::Errc::ok; at += step) {
    error = inflater.inflate(sink, input.subspan(at, std::min(step, input.size() - at)));
  }
  if (error == ws::Errc::ok) error = inflater.finish(sink);
  if (out.capacity() > limit + 16_KiB) std::abort();
  std::string expected;
  bool final_block = false;
  const bool good = inflate_at_once(input, expected, final_block);
  if (!final_block && !input.empty()) {
    if (good != (error == ws::Errc::ok)) std::abort();
    if (good && out.text() != expected) std::abort();
  }

  // A deflater that carries its context over, and one that forgets it.
  ws::Deflater deflater(parameters);
  ws::Inflater back(parameters.window_bits);
  for (int round = 0; round < 3; ++round) {
    Buffer compressed, plain;
    deflater.compress(compressed, input);
    charged = 0;
    const ws::Inflater::Sink to{plain, input.size(), nullptr, charged};
    if (back.inflate(to, compressed.bytes()) != ws::Errc::ok || back.finish(to) != ws::Errc::ok) std::abort();
    if (plain.text() != as_text(input)) std::abort();
    if (round == 1) {
      deflater.reset();
      back.reset();
    }
  }
  return 0;
}
