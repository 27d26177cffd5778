// SPDX-License-Identifier: MIT
#include "app/bench/inbound.h"

#include <algorithm>

namespace duplex::bench {
namespace {

/// How many bytes are the same.
std::size_t common(ConstBytes a, ConstBytes b) noexcept {
  const std::size_t size = std::min(a.size(), b.size());
  if (std::memcmp(a.data(), b.data(), size) == 0) return size;
  return static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(size), b.begin()).first - a.begin());
}

/// A Socket.IO event: what else comes between messages is the protocol's own talk.
bool is_event(std::string_view packet) noexcept { return packet.starts_with("42") || packet.starts_with("45"); }

}  // namespace

Expected::Expected(const std::vector<Unit>& units, bool socket_io)
    : cycle(units, Framing::server, 256 * 1024), packets(socket_io) {
  std::size_t longest = 0, frame = 0;
  for (const Unit& unit : units)
    for (const Part& part : unit) {
      const std::size_t size = part.payload.size();
      longest = std::max(longest, size);
      payloads.push_back(cycle.from(cycle.begin_of(frame++)).subspan(ws::header_size(size, false), size));
      kinds.push_back(part.opcode == ws::Opcode::text ? ws::Incoming::text : ws::Incoming::binary);
    }
  limits.max_message = longest + 1'000'000;
}

void Inbound::enable_deflate(const Expected& expected, const ws::DeflateAgreement& agreement) {
  decoder_ = std::make_unique<ws::MessageDecoder>(ws::Role::client, expected.limits);
  decoder_->enable_deflate(agreement);
  deflate_ = decoding_ = true;
}

std::optional<Arrival> Inbound::next(const Expected& expected) {
  if (!decoding_)
    if (const auto arrival = compare(expected)) return arrival;
  if (decoding_) return decode(expected);
  return {};
}

std::optional<Arrival> Inbound::compare(const Expected& expected) {
  const Cycle& cycle = expected.cycle;
  Arrival arrival;
  while (!bytes_.empty()) {
    const ConstBytes should = cycle.from(position_);
    const std::size_t same = common(bytes_, should);
    const std::size_t before = cycle.unit_at(position_), end = position_ + same;
    const std::size_t after = cycle.advance(position_, same);
    arrival.count += end / cycle.size() * cycle.units() + cycle.unit_at(after) - before;
    position_ = after;
    const bool differs = same < std::min(bytes_.size(), should.size());
    bytes_ = bytes_.subspan(same);
    if (!differs) continue;

    // The beginning of this frame was taken already, some of it perhaps from an earlier read: here it is again.
    const std::size_t begin = cycle.begin_of(cycle.frame_at(position_));
    Buffer again;
    again.append(cycle.from(begin).first(position_ - begin));
    decoder_ = std::make_unique<ws::MessageDecoder>(ws::Role::client, expected.limits);
    decoder_->feed(again.bytes());
    decoder_->next();  // nothing yet: the frame is not complete
    position_ = begin;
    decoding_ = true;
    break;
  }
  if (arrival.count > 0) return arrival;
  return {};
}

std::optional<Arrival> Inbound::decode(const Expected& expected) {
  if (!decoder_fed_) decoder_->feed(bytes_);
  decoder_fed_ = true;
  while (const auto incoming = decoder_->next())
    if (const auto arrival = judge(expected, *incoming)) return arrival;
  bytes_ = {};
  if (const auto error = decoder_->error()) return Arrival{.kind = Arrival::wrong, .why = ws::text_of(*error)};
  if (!deflate_ && !decoder_->mid_message()) {
    decoding_ = false;
    decoder_.reset();
  }
  return {};
}

std::optional<Arrival> Inbound::judge(const Expected& expected, const ws::Incoming& incoming) {
  using ws::Incoming;
  if (incoming.kind == Incoming::ping) return Arrival{.kind = Arrival::ping, .payload = incoming.payload};
  if (incoming.kind == Incoming::pong) return {};
  if (incoming.kind == Incoming::close) return Arrival{.kind = Arrival::close, .close_code = incoming.close_frame.code};

  const Cycle& cycle = expected.cycle;
  const std::size_t frame = cycle.frame_at(position_);
  const ConstBytes should = expected.payloads[frame];
  if (incoming.kind == expected.kinds[frame] && as_text(incoming.payload) == as_text(should)) {
    position_ = cycle.advance(cycle.begin_of(frame + 1), 0);
    return (frame + 1) % cycle.parts() == 0 ? std::optional(Arrival{.count = 1}) : std::nullopt;
  }
  if (expected.packets && incoming.kind == Incoming::text && frame % cycle.parts() == 0 &&
      !is_event(as_text(incoming.payload)))
    return Arrival{.kind = Arrival::packet, .payload = incoming.payload};
  return Arrival{.kind = Arrival::wrong,
                 .why = incoming.payload.size() != should.size() ? "a message of another length than was sent came back"
                        : incoming.kind != expected.kinds[frame] ? "text came back as binary, or the other way round"
                                                                 : "other bytes than were sent came back"};
}

}  // namespace duplex::bench
