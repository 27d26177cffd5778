// SPDX-License-Identifier: MIT
#include <initializer_list>

#include "conformance/groups/groups.h"

namespace conformance {
namespace {

const Frame normal{close, close_payload(1000)};

/// Our Close, and what comes in the same write.
Script closed_with(const std::vector<Frame>& frames, Ending ending = we_close()) {
  return {.steps = {send_and_close(frames)}, .ending = std::move(ending), .failed_on_wrong_code = true};
}

Script closed_wrongly(std::string payload, std::vector<int> codes = {1002}) {
  return closed_with({{close, std::move(payload)}}, we_close_wrongly(std::move(codes)));
}

Script informational(const std::vector<Frame>& frames) {
  auto script = closed_with(frames);
  script.is_informational = true;
  return script;
}

Cases order_of_closing() {
  return {
      {"7.1.1", "text, close after its echo",
       [] {
         return Script{.steps = {send({{text, "Hello World!"}})},
                       .ok = {echo_of(text, "Hello World!")},
                       .failed_on_wrong_code = true};
       }},
      {"7.1.2", "close, close",
       [] {
         return closed_with({normal, {close, ""}});
       }},
      {"7.1.3", "close, ping",
       [] {
         return closed_with({normal, {ping, ""}});
       }},
      {"7.1.4", "close, text",
       [] {
         return closed_with({normal, {text, "Hello World!"}});
       }},
      {"7.1.5", "fragment, close, last fragment",
       [] {
         return closed_with({{text, "fragment1", false}, normal, {continuation, "fragment2"}});
       }},
      {"7.1.6", "256 KiB of text, text, close, ping",
       [] {
         return informational({{text, std::string(256 * 1024, 'B')}, {text, "Hello World!"}, normal, {ping, ""}});
       }},
  };
}

Cases payloads_of_close() {
  static const std::string not_utf8 =
      "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80"
      "edited";
  return {
      {"7.3.1", "close, empty",
       [] {
         return closed_with({{close, ""}});
       }},
      {"7.3.2", "close of 1 octet", [] { return closed_wrongly("a"); }},
      {"7.3.3", "close 1000", [] { return closed_with({normal}); }},
      {"7.3.4", "close 1000 with reason",
       [] {
         return closed_with({{close, close_payload(1000, "Hello World!")}});
       }},
      {"7.3.5", "close of 125 octets",
       [] {
         return closed_with({{close, close_payload(1000, std::string(123, '*'))}});
       }},
      {"7.3.6", "close of 126 octets", [] { return closed_wrongly(close_payload(1000, std::string(124, '*'))); }},
      {"7.5.1", "close reason that is not UTF-8",
       [] {
         return closed_wrongly(close_payload(1000, not_utf8), {1002, 1007});
       }},
  };
}

void add(Cases& cases, const std::string& group, std::initializer_list<int> codes, Script (*make)(int)) {
  int n = 0;
  for (int code : codes) {
    cases.push_back({group + std::to_string(++n), "close " + std::to_string(code), [=] { return make(code); }});
  }
}

}  // namespace

Cases closing() {
  auto cases = order_of_closing();
  for (auto& one : payloads_of_close()) cases.push_back(std::move(one));
  add(cases, "7.7.", {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}, [](int code) {
    return closed_with({{close, close_payload(code)}}, we_close({1000, code}));
  });
  add(cases, "7.9.", {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999},
      [](int code) { return closed_wrongly(close_payload(code)); });
  add(cases, "7.13.", {5000, 65535}, [](int code) { return informational({{close, close_payload(code)}}); });
  return cases;
}

}  // namespace conformance
