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

bool same_message(const Expected& expected, std::size_t frame, ws::Incoming::Kind kind, ConstBytes payload) {
  return kind == expected.kinds[frame] && as_text(payload) == as_text(expected.payloads[frame]);
}

/// What it is, if it is not the message that should have come: Socket.IO's talk where there may be some, or wrong.
Arrival other(const Expected& expected, std::size_t frame, ws::Incoming::Kind kind, ConstBytes payload, bool between) {
  if (expected.packets && kind == ws::Incoming::text && between && !is_event(as_text(payload)))
    return {.kind = Arrival::packet, .payload = payload};
  return {.kind = Arrival::wrong,
          .why = payload.size() != expected.payloads[frame].size()
                     ? "a message of another length than was sent came back"
                 : kind != expected.kinds[frame] ? "text came back as binary, or the other way round"
                                                 : "other bytes than were sent came back"};
}

}  // namespace

Expected::Expected(const std::vector<Unit>& units, bool socket_io, Framing framing, std::size_t of_publishers)
    : cycle(units, framing, of_publishers > 1 ? 1 : 256 * 1024),
      packets(socket_io),
      publishers(of_publishers),
      units_each(units.size() / of_publishers) {
  const bool polling = framing == Framing::polling;
  std::size_t longest = 0, frame = 0;
  for (const Unit& unit : units)
    for (const Part& part : unit) {
      const ConstBytes whole =
          cycle.from(cycle.begin_of(frame)).first(cycle.begin_of(frame + 1) - cycle.begin_of(frame));
      const std::size_t size = part.payload.size();
      longest = std::max(longest, size);
      payloads.push_back(polling ? whole.first(whole.size() - 1) : whole.subspan(ws::header_size(size, false)));
      kinds.push_back(polling || part.opcode == ws::Opcode::text ? ws::Incoming::text : ws::Incoming::binary);
      ++frame;
    }
  limits.max_message = longest + 1'000'000;
  if (!interleaved()) return;
  const bool base64 = polling && units.front().back().opcode == ws::Opcode::binary;
  tags = Tags(publishers, base64);
  tag_at = base64 ? 1 : units.front().back().payload.find(tag_of(0));
}

void Inbound::enable_deflate(const Expected& expected, const ws::DeflateAgreement& agreement) {
  decoder_ = std::make_unique<ws::MessageDecoder>(ws::Role::client, expected.limits);
  decoder_->enable_deflate(agreement);
  deflate_ = decoding_ = true;
}

std::optional<Arrival> Inbound::next(const Expected& expected) {
  if (!decoding_)
    if (const auto arrival = expected.interleaved() ? compare_interleaved(expected) : compare(expected)) return arrival;
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

    const std::size_t begin = cycle.begin_of(cycle.frame_at(position_));
    start_decoder(expected, cycle.from(begin).first(position_ - begin));
    position_ = begin;
    break;
  }
  if (arrival.count > 0) return arrival;
  return {};
}

std::optional<Arrival> Inbound::compare_interleaved(const Expected& expected) {
  const Cycle& cycle = expected.cycle;
  while (!bytes_.empty()) {
    if (matched_ == 0) {
      // Whose it is, where all units have headers of one size; where they have not, the decoder will find out.
      const std::size_t last = expected.frame_of(0, 0, cycle.parts() - 1);
      const auto payload = static_cast<std::size_t>(expected.payloads[last].data() - cycle.from(0).data());
      const std::size_t at = std::min(bytes_.size(), payload + expected.tag_at);
      const auto publisher = expected.tags.find(bytes_.subspan(at));
      if (!publisher) {
        start_decoder(expected, {});
        return {};
      }
      publisher_ = *publisher;
    }
    const std::size_t first = expected.frame_of(publisher_, came_[publisher_], 0);
    const std::size_t begin = cycle.begin_of(first), size = cycle.begin_of(first + cycle.parts()) - begin;
    const std::size_t same = common(bytes_, cycle.from(begin).subspan(matched_, size - matched_));
    matched_ += same;
    bytes_ = bytes_.subspan(same);
    if (matched_ == size) {
      matched_ = 0;
      return Arrival{.count = 1, .publisher = publisher_, .nth = came_[publisher_]++};
    }
    if (bytes_.empty()) return {};
    const std::size_t frame = cycle.frame_at(begin + matched_), from = cycle.begin_of(frame);
    part_ = frame - first;
    start_decoder(expected, cycle.from(from).first(begin + matched_ - from));
    matched_ = 0;
    return {};
  }
  return {};
}

/// From the beginning of a frame, of which some bytes were taken already, perhaps from an earlier read: here they are
/// again.
void Inbound::start_decoder(const Expected& expected, ConstBytes taken) {
  Buffer again;
  again.append(taken);
  decoder_ = std::make_unique<ws::MessageDecoder>(ws::Role::client, expected.limits);
  decoder_->feed(again.bytes());
  decoder_->next();  // nothing yet: the frame is not complete
  decoding_ = true;
}

std::optional<Arrival> Inbound::decode(const Expected& expected) {
  if (!decoder_fed_) decoder_->feed(bytes_);
  decoder_fed_ = true;
  while (const auto incoming = decoder_->next())
    if (const auto arrival = judge(expected, *incoming)) return arrival;
  bytes_ = {};
  if (const auto error = decoder_->error()) return Arrival{.kind = Arrival::wrong, .why = ws::text_of(*error)};
  if (!deflate_ && !decoder_->mid_message() && part_ == 0) {
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

  return judge(expected, incoming.kind, incoming.payload);
}

std::optional<Arrival> Inbound::judge(const Expected& expected, ws::Incoming::Kind kind, ConstBytes payload) {
  if (expected.interleaved()) return judge_interleaved(expected, kind, payload);
  const Cycle& cycle = expected.cycle;
  const std::size_t frame = cycle.frame_at(position_);
  if (!same_message(expected, frame, kind, payload))
    return other(expected, frame, kind, payload, frame % cycle.parts() == 0);
  position_ = cycle.advance(cycle.begin_of(frame + 1), 0);
  return (frame + 1) % cycle.parts() == 0 ? std::optional(Arrival{.count = 1}) : std::nullopt;
}

std::optional<Arrival> Inbound::judge_interleaved(const Expected& expected, ws::Incoming::Kind kind,
                                                  ConstBytes payload) {
  const std::size_t parts = expected.cycle.parts();
  const bool last = part_ + 1 == parts;
  std::size_t publisher = 0;  // of a unit's first part, which is the same for all, it is not known yet
  if (last) {
    const auto found = expected.tags.find(payload.subspan(std::min(payload.size(), expected.tag_at)));
    if (!found) {
      const Arrival arrival = other(expected, expected.frame_of(0, 0, part_), kind, payload, part_ == 0);
      if (arrival.kind == Arrival::packet) return arrival;
      return Arrival{.kind = Arrival::wrong, .why = "a message came that no publisher sent"};
    }
    publisher = *found;
  }
  const std::size_t frame = expected.frame_of(publisher, came_[publisher], part_);
  if (!same_message(expected, frame, kind, payload)) return other(expected, frame, kind, payload, part_ == 0);
  part_ = last ? 0 : part_ + 1;
  if (!last) return {};
  return Arrival{.count = 1, .publisher = publisher, .nth = came_[publisher]++};
}

}  // namespace duplex::bench
