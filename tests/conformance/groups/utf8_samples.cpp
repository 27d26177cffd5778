// SPDX-License-Identifier: MIT
#include "conformance/groups/utf8_samples.h"

#include <cstdint>
#include <sstream>
#include <string_view>

namespace conformance {
namespace {

std::string octets(const std::string& hex) {
  std::string out;
  std::istringstream words(hex);
  for (std::string word; words >> word;) out += static_cast<char>(std::stoi(word, nullptr, 16));
  return out;
}

std::string to_hex(std::string_view bytes) {
  std::string out;
  for (unsigned char c : bytes) {
    if (out.size() > 30) return out + " …";
    static constexpr const char* digits = "0123456789ABCDEF";
    if (!out.empty()) out += ' ';
    out += {digits[c >> 4], digits[c & 15]};
  }
  return out;
}

std::string utf8(std::uint32_t c) {
  auto tail = [&](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | c >> 6), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | c >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
}

std::vector<std::string> all_octets(const std::vector<std::string>& members) {
  std::vector<std::string> all;
  for (const auto& member : members) all.push_back(octets(member));
  return all;
}

const std::vector<std::string> truncated{"C0", "E0 80", "F0 80 80", "F8 80 80 80", "FC 80 80 80 80",
                                         "DF", "EF BF", "F7 BF BF", "FB BF BF BF", "FD BF BF BF BF"};

std::vector<std::string> wrapped(const std::vector<std::string>& characters) {
  std::vector<std::string> all;
  for (const auto& c : characters) all.push_back("hello" + c + "world");
  all.push_back(greek);
  return all;
}

/// Every lead octet of a range, each followed by a space.
std::string lone_leads(int first, int last) {
  std::string all;
  for (int c = first; c <= last; ++c) all += {static_cast<char>(c), ' '};
  return all;
}

std::vector<std::string> stray_continuations() {
  std::vector<std::string> all = all_octets({"80", "BF"});
  for (int n = 2; n <= 6; ++n) {
    std::string run;
    for (int i = 0; i < n; ++i) run += i % 2 == 0 ? '\x80' : '\xbf';
    all.push_back(run);
  }
  std::string run;
  for (int c = 0x80; c <= 0xBE; ++c) run += static_cast<char>(c);
  all.push_back(run);
  return all;
}

std::vector<std::string> surrogate_pairs() {
  std::vector<std::string> all;
  for (const auto* high : {"ED A0 80", "ED AD BF", "ED AE 80", "ED AF BF"}) {
    for (const auto* low : {" ED B0 80", " ED BF BF"}) all.push_back(octets(std::string(high) + low));
  }
  return all;
}

std::vector<std::string> noncharacters() {
  std::vector<std::string> all;
  for (std::uint32_t plane = 0; plane <= 16; ++plane) {
    all.push_back(utf8(plane << 16 | 0xFFFE));
    all.push_back(utf8(plane << 16 | 0xFFFF));
  }
  return all;
}

std::vector<std::string> specials() {
  std::vector<std::string> all;
  for (std::uint32_t c = 0xFFF9; c <= 0xFFFF; ++c) all.push_back(utf8(c));
  return all;
}

std::string joined(const std::vector<std::string>& members) {
  std::string all;
  for (const auto& member : members) all += member;
  return all;
}

}  // namespace

std::vector<Utf8Sample> utf8_samples() {
  std::vector<Utf8Sample> samples;
  auto add = [&](int group, int n, const std::string& what, const std::string& bytes, bool is_valid) {
    samples.push_back({"6." + std::to_string(group) + "." + std::to_string(n),
                       what + ", " + (is_valid ? "valid: " : "invalid: ") + to_hex(bytes), bytes, is_valid});
  };
  auto add_all = [&](int group, const char* what, bool is_valid, const std::vector<std::string>& members) {
    int n = 0;
    for (const auto& member : members) add(group, ++n, what, member, is_valid);
  };

  add_all(5, "sample", true, wrapped({utf8(0x24), utf8(0xA2), utf8(0x20AC), utf8(0x24B62)}));
  for (int n = 1; n <= 11; ++n) {
    bool ends_between = n == 2 || n == 5 || n == 7 || n == 9 || n == 11;
    add(6, n, "prefix of Greek", greek.substr(0, static_cast<std::size_t>(n)), ends_between);
  }
  add_all(7, "first of its length", true, {utf8(0), utf8(0x80), utf8(0x800), utf8(0x10000)});
  add_all(8, "first of its length", false, all_octets({"F8 88 80 80 80", "FC 84 80 80 80 80"}));
  add_all(9, "last of its length", true, {utf8(0x7F), utf8(0x7FF), utf8(0xFFFF), utf8(0x10FFFF)});
  add_all(10, "last of its length", false, all_octets({"F7 BF BF BF", "FB BF BF BF BF", "FD BF BF BF BF BF"}));
  add_all(11, "border", true, {utf8(0xD7FF), utf8(0xE000), utf8(0xFFFD), utf8(0x10FFFF)});
  add(11, 5, "border", octets("F4 90 80 80"), false);
  add_all(12, "stray continuation", false, stray_continuations());
  add_all(13, "lone lead octets", false,
          {lone_leads(0xC0, 0xDE), lone_leads(0xE0, 0xEE), lone_leads(0xF0, 0xF6), lone_leads(0xF8, 0xFA),
           lone_leads(0xFC, 0xFC)});
  add_all(14, "last octet missing", false, all_octets(truncated));
  add(15, 1, "last octets missing", joined(all_octets(truncated)), false);
  add_all(16, "impossible octet", false, all_octets({"FE", "FF", "FE FE FF FF"}));
  add_all(17, "overlong slash", false,
          all_octets({"C0 AF", "E0 80 AF", "F0 80 80 AF", "F8 80 80 80 AF", "FC 80 80 80 80 AF"}));
  add_all(18, "largest overlong", false,
          all_octets({"C1 BF", "E0 9F BF", "F0 8F BF BF", "F8 87 BF BF BF", "FC 83 BF BF BF BF"}));
  add_all(19, "overlong NUL", false,
          all_octets({"C0 80", "E0 80 80", "F0 80 80 80", "F8 80 80 80 80", "FC 80 80 80 80 80"}));
  add_all(20, "surrogate", false,
          all_octets({"ED A0 80", "ED AD BF", "ED AE 80", "ED AF BF", "ED B0 80", "ED BE 80", "ED BF BF"}));
  add_all(21, "surrogate pair", false, surrogate_pairs());
  add_all(22, "non-character", true, noncharacters());
  add_all(23, "special", true, specials());
  return samples;
}

}  // namespace conformance
