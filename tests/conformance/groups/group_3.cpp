// SPDX-License-Identifier: MIT
#include "conformance/groups/groups.h"
#include "conformance/groups/reserved.h"

namespace conformance {

Cases reserved_bits() {
  static const std::string hello = "Hello, world!";
  static const std::string octets("\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8);
  auto with_rsv = [](std::uint8_t opcode, std::string payload, std::uint8_t rsv) {
    return Frame{opcode, payload, true, rsv};
  };
  return {
      {"3.1", "text with RSV3", [=] { return refused(with_rsv(text, hello, 1)); }},
      {"3.2", "text, text with RSV2, ping", [=] { return refused_after_text(with_rsv(text, hello, 2)); }},
      {"3.3", "text, text with RSV2 and 3, ping, by frame",
       [=] { return refused_after_text(with_rsv(text, hello, 3), by_frame); }},
      {"3.4", "text, text with RSV1, ping, 1 octet a write",
       [=] { return refused_after_text(with_rsv(text, hello, 4), chop(1)); }},
      {"3.5", "binary with RSV1 and 3", [=] { return refused(with_rsv(binary, octets, 5)); }},
      {"3.6", "binary with RSV1 and 2", [=] { return refused(with_rsv(binary, hello, 6)); }},
      {"3.7", "close with all three bits",
       [=] {
         auto script = refused(with_rsv(close, "", 7));
         script.ending.code_required = true;  // an empty Close would be the normal reply
         return script;
       }},
  };
}

}  // namespace conformance
