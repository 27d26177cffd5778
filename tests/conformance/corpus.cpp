// SPDX-License-Identifier: MIT
#include "conformance/corpus.h"

#include <algorithm>
#include <array>
#include <utility>

namespace conformance {
namespace {

class Random {
 public:
  std::uint32_t operator()(std::uint32_t below) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::uint32_t>(state_ >> 32) % below;
  }

 private:
  std::uint64_t state_ = 0x9E3779B97F4A7C15;
};

constexpr std::array<const char*, 40> words = {
    "der",       "die",   "und",     "Straße", "schön",      "über",   "nicht",  "Wasser",  "Gespräch", "gegen",
    "während",   "Haus",  "Zeit",    "Träume", "möchte",     "sagte",  "wieder", "Fenster", "größer",   "zwischen",
    "Mädchen",   "leise", "niemals", "Brücke", "vielleicht", "fühlte", "Abend",  "Stadt",   "alte",     "Garten",
    "plötzlich", "ging",  "kommen",  "früher", "Wörter",     "ganz",   "eine",   "jeder",   "wohl",     "Nacht"};

std::string sentence(Random& random) {
  std::string out;
  for (auto n = 4 + random(12); n > 0; --n) {
    out += words[random(words.size())];
    out += n == 1 ? ". " : random(9) == 0 ? ", " : " ";
  }
  return out;
}

/// Repeats `piece` until there are `size` octets, cuts at a character, and fills up with spaces.
template <class Piece>
std::string fill(std::size_t size, Piece piece) {
  std::string out;
  while (out.size() < size) out += piece();
  while (out.size() > size || (static_cast<unsigned char>(out.back()) & 0x80) != 0) out.pop_back();
  return out.append(size - out.size(), ' ');
}

std::string number(std::uint32_t n) { return std::to_string(n); }

}  // namespace

Corpus::Corpus(std::string bytes, bool is_text) : bytes_(std::move(bytes)) {
  for (std::size_t i = 0; is_text && i < bytes_.size(); ++i) {
    bool begins = (static_cast<unsigned char>(bytes_[i]) & 0xC0) != 0x80;
    if (begins) starts_.push_back(static_cast<std::uint32_t>(i));
  }
}

std::string Corpus::window(int index, std::size_t length) const {
  auto characters = is_text() ? starts_.size() : bytes_.size();
  auto octet = [&](std::size_t n) { return !is_text() ? n : n == characters ? bytes_.size() : starts_[n]; };
  auto from = static_cast<std::size_t>(index) * length % characters;
  std::string out;
  while (length > 0) {
    auto n = std::min(length, characters - from);
    out += bytes_.substr(octet(from), octet(from + n) - octet(from));
    length -= n;
    from = 0;
  }
  return out;
}

const Corpus& Corpus::json() {
  static const Corpus corpus(
      fill(194056,
           [random = Random{}, id = 0U]() mutable {
             auto text = sentence(random);
             auto separator = id++ == 0 ? "[" : ",\n ";
             return separator + std::string("{\"id\": ") + number(1000000 + id) + ", \"user\": {\"name\": \"" +
                    words[random(words.size())] + number(random(100)) + "\", \"followers\": " + number(random(100000)) +
                    ", \"verified\": " + (random(2) ? "true" : "false") + "}, \"created\": \"2026-11-" +
                    number(10 + random(20)) + "\", \"text\": \"" + text + "\", \"retweeted\": null, \"place\": [" +
                    number(random(90)) + "." + number(random(9999)) + ", " + number(random(180)) + "." +
                    number(random(9999)) + "]}";
           }),
      true);
  return corpus;
}

const Corpus& Corpus::bitmap() {
  static const Corpus corpus(
      [] {
        constexpr std::size_t size = 263222, width = 512;
        Random random;
        std::string out = "BM";
        out.resize(size);
        for (std::size_t i = 54; i < size; ++i) {
          auto x = (i - 54) % width, y = (i - 54) / width;
          out[i] = static_cast<char>((x / 4 + y / 3 + (x / 64 + y / 64) % 2 * 40) / 2 + random(3));
        }
        return out;
      }(),
      false);
  return corpus;
}

const Corpus& Corpus::prose() {
  static const Corpus corpus(fill(222218,
                                  [random = Random{}]() mutable {
                                    std::string paragraph;
                                    for (int i = 0; i < 6; ++i) paragraph += sentence(random);
                                    return paragraph + "\n\n";
                                  }),
                             false);  // the suite sends it as binary
  return corpus;
}

const Corpus& Corpus::html() {
  static const Corpus corpus(fill(263647,
                                  [random = Random{}, n = 0U]() mutable {
                                    ++n;
                                    return (n == 1 ? std::string("<!DOCTYPE html>\n<html lang=\"de\"><body>\n") : "") +
                                           "<div class=\"entry\" id=\"e" + number(n) + "\">\n  <h2><a href=\"/" +
                                           number(random(1000)) + "/" + words[random(words.size())] + ".html\">" +
                                           sentence(random) + "</a></h2>\n  <p>" + sentence(random) + "&nbsp;" +
                                           sentence(random) + "</p>\n</div>\n";
                                  }),
                             true);
  return corpus;
}

const Corpus& Corpus::incompressible() {
  static const Corpus corpus(
      [] {
        Random random;
        std::string out(1042328, '\0');
        for (auto& c : out) c = static_cast<char>(random(256));
        return out;
      }(),
      false);
  return corpus;
}

}  // namespace conformance
