// SPDX-License-Identifier: MIT
#include "conformance/groups/groups.h"

namespace conformance {
namespace {

constexpr std::size_t KiB = 1024, MiB = 1024 * KiB;

const char* word(std::uint8_t opcode) { return opcode == text ? "text" : "binary"; }

std::string size_name(std::size_t size) {
  if (size >= MiB) return std::to_string(size / MiB) + " MiB";
  return size >= KiB ? std::to_string(size / KiB) + " KiB" : std::to_string(size) + " octets";
}

/// Every octet differs from its neighbours a power of two away, so that a misplaced piece cannot look right.
std::string pattern(std::uint8_t opcode, std::size_t size) {
  std::string payload(size, '\0');
  std::uint32_t state = 1;
  for (auto& c : payload) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(opcode == text ? ' ' + (state >> 24) % 95 : state >> 24);
  }
  return payload;
}

Case echoed(std::string id, std::uint8_t opcode, std::size_t size, std::size_t fragment, std::size_t chop_at,
            int limit_s) {
  auto what = std::string(word(opcode)) + " of " + size_name(size) +
              (fragment ? " in frames of " + size_name(fragment) : "") +
              (chop_at ? ", " + size_name(chop_at) + " a write" : "");
  return {.id = std::move(id),
          .what = std::move(what),
          .script =
              [=] {
                auto payload = pattern(opcode, size);
                auto frames = fragments(opcode, payload, fragment ? fragment : size);
                return Script{.steps = {send(frames, chop_at ? chop(chop_at) : burst)},
                              .ok = {echo_of(opcode, std::move(payload))},
                              .timer = kill_after(limit_s * 1000)};
              },
          .is_heavy = true};
}

Case thousand(std::string id, std::uint8_t opcode, std::size_t size, int limit_s) {
  return {.id = std::move(id),
          .what = std::string("1000 times ") + word(opcode) + " of " + size_name(size),
          .loop =
              [=] {
                auto payload = pattern(opcode, size);
                return EchoLoop{opcode, 1000, [payload](int) { return payload; }, 0, Milliseconds(limit_s * 1000)};
              },
          .is_heavy = true};
}

}  // namespace

Cases limits() {
  static constexpr std::size_t sizes[] = {64 * KiB, 256 * KiB, MiB, 4 * MiB, 8 * MiB, 16 * MiB};
  static constexpr int text_limits[] = {10, 10, 100, 100, 100, 100}, binary_limits[] = {10, 10, 10, 10, 100, 100};
  static constexpr std::size_t small[] = {0, 16, 64, 256, 1024, 4096};
  static constexpr int small_limits[] = {60, 60, 60, 120, 240, 480};

  Cases cases;
  auto id = [](int group, int n) { return "9." + std::to_string(group) + "." + std::to_string(n + 1); };
  for (int t = 0; t < 2; ++t) {
    for (int n = 0; n < 6; ++n) {
      cases.push_back(echoed(id(1 + t, n), t ? binary : text, sizes[n], 0, 0, (t ? binary_limits : text_limits)[n]));
    }
  }
  for (int t = 0; t < 2; ++t) {
    for (int n = 0; n < 9; ++n)
      cases.push_back(echoed(id(3 + t, n), t ? binary : text, 4 * MiB, std::size_t{64} << 2 * n, 0, 100));
  }
  for (int t = 0; t < 2; ++t) {
    for (int n = 0; n < 6; ++n)
      cases.push_back(echoed(id(5 + t, n), t ? binary : text, MiB, 0, std::size_t{64} << n, 1000));
  }
  for (int t = 0; t < 2; ++t) {
    for (int n = 0; n < 6; ++n) cases.push_back(thousand(id(7 + t, n), t ? binary : text, small[n], small_limits[n]));
  }
  return cases;
}

Cases automatic_fragmentation() {
  return {{"10.1.1", "text of 64 KiB in 51 frames", [] {
             auto payload = pattern(text, 65536);
             return Script{.steps = {send(fragments(text, payload, 1300))},
                           .ok = {echo_of(text, std::move(payload))},
                           .timer = kill_after(10000)};
           }}};
}

}  // namespace conformance
