// SPDX-License-Identifier: MIT
#include "conformance/corpus.h"
#include "conformance/groups/groups.h"

namespace conformance {
namespace {

constexpr std::size_t KiB = 1024;

struct Shape {
  std::size_t length;
  std::size_t fragment;
  int limit_s;
};

/// The same eighteen in every subgroup.
constexpr Shape shapes[] = {{16, 0, 60},
                            {64, 0, 60},
                            {256, 0, 120},
                            {KiB, 0, 240},
                            {4 * KiB, 0, 480},
                            {8 * KiB, 0, 480},
                            {16 * KiB, 0, 480},
                            {32 * KiB, 0, 480},
                            {64 * KiB, 0, 480},
                            {128 * KiB, 0, 480},
                            {8 * KiB, 256, 480},
                            {16 * KiB, 256, 480},
                            {32 * KiB, 256, 480},
                            {64 * KiB, 256, 480},
                            {128 * KiB, 256, 480},
                            {128 * KiB, KiB, 480},
                            {128 * KiB, 4 * KiB, 480},
                            {128 * KiB, 32 * KiB, 480}};

void add(Cases& cases, const std::string& subgroup, const std::string& what, const Corpus& (*corpus)(),
         std::uint8_t opcode, const std::vector<Offer>& offers, int messages) {
  int n = 0;
  for (const auto& shape : shapes) {
    cases.push_back({.id = subgroup + "." + std::to_string(++n),
                     .what = what + ", " + std::to_string(shape.length) + " a message" +
                             (shape.fragment ? ", frames of " + std::to_string(shape.fragment) : ""),
                     .loop =
                         [=] {
                           const auto& data = corpus();
                           return EchoLoop{opcode, messages,
                                           [&data, shape](int i) { return data.window(i, shape.length); },
                                           shape.fragment, Milliseconds(shape.limit_s * 1000)};
                         },
                     .offers = offers,
                     .is_heavy = true});
  }
}

}  // namespace

Cases deflated_data(int messages) {
  Cases cases;
  const std::vector<Offer> plain(1);
  add(cases, "12.1", "JSON", Corpus::json, text, plain, messages);
  add(cases, "12.2", "grey picture", Corpus::bitmap, binary, plain, messages);
  add(cases, "12.3", "prose", Corpus::prose, binary, plain, messages);
  add(cases, "12.4", "HTML", Corpus::html, text, plain, messages);
  add(cases, "12.5", "noise", Corpus::incompressible, binary, plain, messages);
  return cases;
}

Cases deflated_offers(int messages) {
  Cases cases;
  auto group = [&](const char* subgroup, const char* what, const std::vector<Offer>& offers) {
    add(cases, subgroup, what, Corpus::json, text, offers, messages);
  };
  group("13.1", "no wishes", {{}});
  group("13.2", "server_no_context_takeover", {{true, 0}});
  group("13.3", "server_max_window_bits=9", {{false, 9}});
  group("13.4", "server_max_window_bits=15", {{false, 15}});
  group("13.5", "server_no_context_takeover, server_max_window_bits=9", {{true, 9}});
  group("13.6", "server_no_context_takeover, server_max_window_bits=15", {{true, 15}});
  group("13.7", "three offers", {{true, 9}, {true, 0}, {}});
  return cases;
}

}  // namespace conformance
