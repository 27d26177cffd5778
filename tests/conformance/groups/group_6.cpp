// SPDX-License-Identifier: MIT
#include "conformance/groups/groups.h"
#include "conformance/groups/utf8_samples.h"

namespace conformance {
namespace {

constexpr bool open = false;  // FIN clear

/// U+D800 after good text, and good text after it: 11 + 3 + 6 octets.
const std::string surrogate_inside = greek + "\xed\xa0\x80" + "edited";
/// U+110000 likewise: 11 + 4 + 6 octets. F4 may still become U+10FFFF; the 90 after it is the first wrong octet.
const std::string too_high_inside = greek + "\xf4\x90\x80\x80" + "edited";

Script echoed(const std::vector<Frame>& frames, const std::string& payload) {
  return {.steps = {send(frames)}, .ok = {echo_of(text, payload)}, .timer = close_after(1000)};
}

Script refused(const std::vector<Frame>& frames, int limit_ms) {
  return {
      .steps = {send(frames)}, .ending = peer_fails(1007), .timer = kill_after(limit_ms), .failed_when_we_end = true};
}

/// Three writes a second apart. Strict: alive at A, failed before B.
Script failed_between(std::vector<Step> steps) {
  steps[0].wait = steps[1].wait = Milliseconds(1000);
  steps[0].mark = "A";
  steps[1].mark = "B";
  return {.steps = std::move(steps),
          .ok = {mark_of("A")},
          .non_strict = {{mark_of("A"), mark_of("B")}},
          .ending = peer_fails(1007),
          .failed_when_we_end = true};
}

/// `first` and `second` are where the wrong text is cut.
Script three_frames(std::size_t first, std::size_t second) {
  return failed_between({send({{text, too_high_inside.substr(0, first), open}}),
                         send({{continuation, too_high_inside.substr(first, second - first), open}}),
                         send({{continuation, too_high_inside.substr(second)}})});
}

/// The same cuts inside one frame, whose header announces everything.
Script one_frame(std::size_t first, std::size_t second) {
  auto bytes = encode({text, too_high_inside, open});
  auto header = bytes.size() - too_high_inside.size();
  Step last{.writes = {bytes.substr(header + second), encode({continuation, ""})}};
  return failed_between({{.writes = {bytes.substr(0, header + first)}},
                         {.writes = {bytes.substr(header + first, second - first)}},
                         std::move(last)});
}

Cases in_frames() {
  return {
      {"6.1.1", "empty text",
       [] {
         return echoed({{text, ""}}, "");
       }},
      {"6.1.2", "empty text in three frames",
       [] {
         return echoed({{text, "", open}, {continuation, "", open}, {continuation, ""}}, "");
       }},
      {"6.1.3", "text in the middle one of three frames",
       [] {
         return echoed({{text, "", open}, {continuation, "middle frame payload", open}, {continuation, ""}},
                       "middle frame payload");
       }},
      {"6.2.1", "valid text",
       [] {
         return echoed({{text, mixed}}, mixed);
       }},
      {"6.2.2", "valid text, cut between characters",
       [] {
         return echoed({{text, mixed.substr(0, mixed_cut), open}, {continuation, mixed.substr(mixed_cut)}}, mixed);
       }},
      {"6.2.3", "valid text, 1 octet a frame", [] { return echoed(fragments(text, mixed, 1), mixed); }},
      {"6.2.4", "valid Greek, 1 octet a frame", [] { return echoed(fragments(text, greek, 1), greek); }},
      {"6.3.1", "surrogate inside text",
       [] {
         return refused({{text, surrogate_inside}}, 1000);
       }},
      {"6.3.2", "surrogate inside text, 1 octet a frame",
       [] { return refused(fragments(text, surrogate_inside, 1), 1000); }},
      {"6.4.1", "fail fast on the second of three frames", [] { return three_frames(11, 15); }},
      {"6.4.2", "fail fast on the second octet of a sequence", [] { return three_frames(12, 13); }},
      {"6.4.3", "fail fast inside one frame", [] { return one_frame(11, 15); }},
      {"6.4.4", "fail fast inside one frame and sequence", [] { return one_frame(12, 13); }},
  };
}

}  // namespace

Cases utf8() {
  auto cases = in_frames();
  for (const auto& sample : utf8_samples()) {
    cases.push_back({sample.id, sample.what, [sample] {
                       if (!sample.is_valid) return refused({{text, sample.octets}}, 500);
                       auto script = echoed({{text, sample.octets}}, sample.octets);
                       script.timer = kill_after(500);
                       return script;
                     }});
  }
  return cases;
}

}  // namespace conformance
