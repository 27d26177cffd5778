// SPDX-License-Identifier: MIT
#include "protocol/eio/jsonp.h"

#include "protocol/json/escape.h"

namespace duplex::eio {

std::string jsonp_script(std::string_view index, std::string_view payload) {
  constexpr std::size_t most_digits = 16;
  std::string script = "___eio[";
  std::size_t digits = 0;
  for (const char c : index)
    if (c >= '0' && c <= '9' && digits++ < most_digits) script.push_back(c);
  script += "](\"";
  script.reserve(script.size() + payload.size() + payload.size() / 8);
  // U+2028 and U+2029 may stand in JSON, and end the line in scripts of the browsers that this is for.
  constexpr std::string_view separators = "\xE2\x80";
  while (!payload.empty()) {
    std::size_t at = payload.find(separators);
    while (at != payload.npos && (at + 2 >= payload.size() || (payload[at + 2] != '\xA8' && payload[at + 2] != '\xA9')))
      at = payload.find(separators, at + 2);
    json::escape(script, payload.substr(0, at));
    if (at == payload.npos) break;
    script += payload[at + 2] == '\xA8' ? "\\u2028" : "\\u2029";
    payload.remove_prefix(at + 3);
  }
  script += "\");";
  return script;
}

void unescape_jsonp(std::string& payload) {
  std::size_t to = 0;
  for (std::size_t from = 0; from < payload.size(); ++from) {
    const std::string_view rest = std::string_view(payload).substr(from);
    if (rest.starts_with("\\\\n")) {
      payload[to++] = '\\';
      payload[to++] = 'n';
      from += 2;
    } else if (rest.starts_with("\\n")) {
      payload[to++] = '\n';
      from += 1;
    } else {
      payload[to++] = payload[from];
    }
  }
  payload.resize(to);
}

}  // namespace duplex::eio
