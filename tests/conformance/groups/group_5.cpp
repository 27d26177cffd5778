// SPDX-License-Identifier: MIT
#include "conformance/groups/groups.h"

namespace conformance {
namespace {

constexpr bool open = false;  // FIN clear

const std::vector<Frame> two_fragments{{text, "fragment1", open}, {continuation, "fragment2"}};
const std::vector<Frame> ping_between{{text, "fragment1", open}, {ping, "ping payload"}, {continuation, "fragment2"}};
const Event joined = echo_of(text, "fragment1fragment2");

Script echoed(const std::vector<Frame>& frames, Delivery delivery, Events ok) {
  return {.steps = {send(frames, delivery)}, .ok = std::move(ok), .timer = close_after(1000)};
}

Script refused(const std::vector<Frame>& frames, Delivery delivery = burst) {
  return {.steps = {send(frames, delivery)}, .ending = peer_fails(1002)};
}

/// The same thing in one burst, a frame at a time, and an octet at a time.
template <class Make>
void triple(Cases& cases, int first, const std::string& what, Make make) {
  cases.push_back({"5." + std::to_string(first), what, [=] { return make(burst); }});
  cases.push_back({"5." + std::to_string(first + 1), what + ", by frame", [=] { return make(by_frame); }});
  cases.push_back({"5." + std::to_string(first + 2), what + ", 1 octet a write", [=] { return make(chop(1)); }});
}

Script two_pings_in_five_fragments(Delivery delivery) {
  auto first = send({{text, "fragment1", open}, {continuation, "fragment2", open}, {ping, "pongme 1!"}}, delivery);
  first.wait = Milliseconds(1000);
  auto rest = send({{continuation, "fragment3", open},
                    {continuation, "fragment4", open},
                    {ping, "pongme 2!"},
                    {continuation, "fragment5"}},
                   delivery);
  return {.steps = {first, rest},
          .ok = {pong_of("pongme 1!"), pong_of("pongme 2!"),
                 echo_of(text, "fragment1fragment2fragment3fragment4fragment5")},
          .timer = close_after(1000)};
}

}  // namespace

Cases fragmentation() {
  Cases cases = {
      {"5.1", "ping without FIN",
       [] {
         return refused({{ping, "fragment1", open}, {continuation, "fragment2"}});
       }},
      {"5.2", "pong without FIN",
       [] {
         return refused({{pong, "fragment1", open}, {continuation, "fragment2"}});
       }},
  };
  triple(cases, 3, "text in two fragments", [](Delivery how) { return echoed(two_fragments, how, {joined}); });
  triple(cases, 6, "ping between two fragments", [](Delivery how) {
    return echoed(ping_between, how, {pong_of("ping payload"), joined});
  });
  for (bool fin : {true, false}) {
    triple(cases, fin ? 9 : 12,
           std::string("continuation of nothing, ") + (fin ? "final" : "not final") + ", then text",
           [fin](Delivery how) {
             return refused({{continuation, "non-continuation payload", fin}, {text, "Hello, world!"}}, how);
           });
  }
  cases.push_back(
      {"5.15", "two fragments, continuation of nothing, text", [] {
         return Script{
             .steps = {send(
                 {two_fragments[0], two_fragments[1], {continuation, "fragment3", open}, {text, "fragment4"}})},
             .ok = {joined},
             .non_strict = {{}},
             .ending = peer_fails(1002)};
       }});
  for (bool fin : {false, true}) {
    cases.push_back(
        {fin ? "5.17" : "5.16",
         std::string("twice: continuation of nothing, ") + (fin ? "final" : "not final") + ", two fragments", [fin] {
           Frame stray{continuation, "fragment1", fin};
           std::vector<Frame> once{stray, {text, "fragment2", open}, {continuation, "fragment3"}};
           return refused({once[0], once[1], once[2], once[0], once[1], once[2]});
         }});
  }
  cases.push_back({"5.18", "text inside an open message", [] {
                     return refused({{text, "fragment1", open}, {text, "fragment2"}});
                   }});
  cases.push_back(
      {"5.19", "two pings in five fragments, with a rest", [] { return two_pings_in_five_fragments(burst); }});
  cases.push_back({"5.20", "two pings in five fragments, with a rest, by frame",
                   [] { return two_pings_in_five_fragments(by_frame); }});
  return cases;
}

}  // namespace conformance
