// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

// Long-polling by script elements and forms, for pages in browsers without cross-origin requests (Engine.IO 3).
namespace duplex::eio {

/// The answer to a poll as a script: `___eio[0]("…");`. Of `index` (the query's `j`) only digits are taken.
std::string jsonp_script(std::string_view index, std::string_view payload);

/// Takes back what a client does to a payload so that browsers leave its line ends alone in a form: it sends `\n` for a
/// line feed, and `\\n` for a backslash and an n.
void unescape_jsonp(std::string& payload);

}  // namespace duplex::eio
