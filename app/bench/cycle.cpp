// SPDX-License-Identifier: MIT
#include "app/bench/cycle.h"

#include <sys/random.h>

#include <algorithm>

#include "protocol/eio/base64.h"
#include "protocol/eio/payload.h"
#include "protocol/ws/deflate.h"

namespace duplex::bench {
namespace {

/// Never 0: a server might spare itself the unmasking.
ws::MaskKey random_key() {
  ws::MaskKey key = 0;
  while (key == 0)
    if (getrandom(&key, sizeof key, 0) != sizeof key) key = 0x5bd1e995;
  return key;
}

void append_frame(Buffer& out, ws::FrameHeader header, ConstBytes payload) {
  header.length = payload.size();
  std::byte* const begin = out.prepare(ws::frame_size(payload.size(), header.mask.has_value()));
  std::byte* const body = ws::write_header(begin, header);
  if (header.mask)
    ws::copy_masked(body, payload, *header.mask);
  else if (!payload.empty())
    std::memcpy(body, payload.data(), payload.size());
  out.commit(static_cast<std::size_t>(body - begin) + payload.size());
}

/// What Engine.IO 4 makes of it in a payload.
void append_packet(Buffer& out, const Part& part) {
  if (part.opcode == ws::Opcode::binary) {
    out.push_back('b');
    eio::encode_base64(out, as_bytes(part.payload));
  } else {
    out.append(part.payload);
  }
  out.push_back(eio::separator);
}

}  // namespace

Cycle::Cycle(const std::vector<Unit>& units, Framing framing, std::size_t run) : parts_(units.front().size()) {
  ws::Deflater deflater({.window_bits = 15, .mem_level = 8, .level = 6});
  Buffer packed;
  for (const Unit& unit : units)
    for (const Part& part : unit) {
      begins_.push_back(arena_.size());
      if (framing == Framing::polling) {
        append_packet(arena_, part);
        continue;
      }
      ws::FrameHeader header{.opcode = part.opcode};
      if (framing != Framing::server) header.mask = random_key();
      ConstBytes payload = as_bytes(part.payload);
      if (framing == Framing::client_deflated) {
        packed.clear();
        deflater.reset();
        deflater.compress(packed, payload);
        payload = packed.bytes();
        header.rsv = ws::rsv_compressed;
      }
      append_frame(arena_, header, payload);
    }
  size_ = arena_.size();

  unit_size_ = begin_of(parts_);
  for (std::size_t frame = 0; frame < frames(); frame += parts_)
    if (begin_of(frame + parts_) - begin_of(frame) != unit_size_) unit_size_ = 0;

  // The beginning once more, so that what starts near the end needs no second piece.
  for (std::size_t more = std::min(run, std::size_t{1} << 20); more > 0;) {
    const std::size_t part = std::min(more, size_);
    arena_.prepare(part);  // first: it moves what is copied
    arena_.append(arena_.bytes().first(part));
    more -= part;
  }
}

std::uint64_t Cycle::bytes_of(std::uint64_t first, std::uint64_t count) const noexcept {
  if (unit_size_ != 0) return count * unit_size_;
  const auto until = [this](std::uint64_t unit) { return unit / units() * size_ + begin_of(unit % units() * parts_); };
  return until(first + count) - until(first);
}

std::size_t Cycle::frame_at(std::size_t position) const noexcept {
  const auto after = std::upper_bound(begins_.begin(), begins_.end(), position);
  return static_cast<std::size_t>(after - begins_.begin()) - 1;
}

}  // namespace duplex::bench
