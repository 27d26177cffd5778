// SPDX-License-Identifier: MIT
#include "conformance/groups/groups.h"

namespace conformance {
namespace {

Script one_ping(const std::string& payload, Delivery delivery, int limit_ms) {
  return {.steps = {send({{ping, payload}}, delivery)}, .ok = {pong_of(payload)}, .timer = close_after(limit_ms)};
}

Script unsolicited_pong(const std::string& payload) {
  return {.steps = {send_and_close({{pong, payload}, {close, close_payload(1000)}})}};
}

Script ten_pings(Delivery delivery) {
  std::vector<Frame> frames;
  Script script{.timer = close_after(3000)};
  for (int i = 0; i < 10; ++i) {
    auto payload = "payload-" + std::to_string(i);
    frames.push_back({ping, payload});
    script.ok.push_back(pong_of(payload));
  }
  script.steps = {send(frames, delivery)};
  return script;
}

}  // namespace

Cases pings() {
  static const std::string not_utf8("\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8);
  static const std::string longest(125, '\xfe');
  return {
      {"2.1", "ping, empty", [] { return one_ping("", burst, 1000); }},
      {"2.2", "ping with text", [] { return one_ping("Hello, world!", burst, 1000); }},
      {"2.3", "ping with octets that are not UTF-8", [] { return one_ping(not_utf8, burst, 1000); }},
      {"2.4", "ping of 125 octets", [] { return one_ping(longest, burst, 1000); }},
      {"2.5", "ping of 126 octets",
       [] {
         return Script{.steps = {send({{ping, longest + '\xfe'}})}, .ending = peer_fails(1002)};
       }},
      {"2.6", "ping of 125 octets, 1 a write", [] { return one_ping(longest, chop(1), 2000); }},
      {"2.7", "unsolicited pong, empty", [] { return unsolicited_pong(""); }},
      {"2.8", "unsolicited pong with payload", [] { return unsolicited_pong("unsolicited pong payload"); }},
      {"2.9", "unsolicited pong, then ping",
       [] {
         return Script{.steps = {send({{pong, "unsolicited pong payload"}, {ping, "ping payload"}})},
                       .ok = {pong_of("ping payload")},
                       .timer = close_after(1000)};
       }},
      {"2.10", "ten pings", [] { return ten_pings(burst); }},
      {"2.11", "ten pings, 1 octet a write", [] { return ten_pings(chop(1)); }},
  };
}

}  // namespace conformance
