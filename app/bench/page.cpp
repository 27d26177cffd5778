// SPDX-License-Identifier: MIT
#include "app/bench/page.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

namespace duplex::bench {

extern const char* const report_page;  // made of web/report by app/CMakeLists.txt

namespace {

std::string complaint(const std::string& file) { return "cannot write " + file + ": " + std::strerror(errno); }

}  // namespace

std::string page_of(const std::string& json) {
  constexpr std::string_view begin = "id=\"report\">", nothing = "{}";
  std::string page = report_page;
  std::string safe;  // no `</script>` in a string ends the element that holds it
  safe.reserve(json.size());
  for (const char c : json) {
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  }
  return page.replace(page.find(begin) + begin.size(), nothing.size(), safe);
}

std::optional<std::string> complaint_about_file(const std::string& file) {
  if (std::ofstream(file, std::ios::app)) return {};
  return complaint(file);
}

std::optional<std::string> write_file(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::trunc);
  out << text;
  out.close();
  if (out) return {};
  return complaint(file);
}

}  // namespace duplex::bench
