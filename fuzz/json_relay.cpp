// SPDX-License-Identifier: MIT
// What is accepted can be relayed: it stays valid JSON however it is looked at, kept or written; what is refused is at
// least walked within its bounds. The validator agrees with simdjson where both are strict in the same way.
#include <simdjson.h>

#include <cstdlib>
#include <map>

#include <duplex/json.h>

#include "core/bytes.h"
#include "protocol/json/placeholders.h"
#include "protocol/json/validate.h"

using namespace duplex;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void walk(json::View view, int depth) {
  if (depth > 8) return;
  (void)view.as<double>(), (void)view.as<std::int64_t>(), (void)view.as<std::uint8_t>(), (void)view.as<std::string>();
  (void)view.as<std::vector<json::Text>>(), (void)view.as<std::map<std::string, json::Text>>();
  (void)view.as<std::tuple<int, std::optional<std::string>>>();
  for (json::View element : view.elements()) walk(element, depth + 1);
  for (auto& member : view.members()) walk(member.value, depth + 1);
}

void compare_with_simdjson(std::string_view text, json::Fault fault) {
  static simdjson::dom::parser parser;
  const auto error = parser.parse(text.data(), text.size()).error();
  // simdjson refuses numbers beyond its types and half surrogate pairs, which JSON.parse takes.
  if (error == simdjson::SUCCESS)
    require(fault == json::Fault::none || fault == json::Fault::too_deep);
  else if (fault == json::Fault::none)
    require(error == simdjson::NUMBER_ERROR || error == simdjson::STRING_ERROR || error == simdjson::TAPE_ERROR);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
  const json::Fault fault = json::validate(text);
  compare_with_simdjson(text, fault);
  const json::Binary attachments[2] = {};
  if (size < 2000) walk(json::View(text, attachments), 0);
  if (fault != json::Fault::none) return 0;

  const auto view = json::parse(text);
  require(view.has_value());
  std::string out;
  std::vector<json::Binary> collected;
  json::Writer writer(out, &collected);
  writer.view(json::View(view->text(), attachments));
  require(json::validate(out) == json::Fault::none);
  // Every placeholder that is left names a binary that travels along.
  require(json::placeholders_in_range(out, collected.size()));
  require(json::validate(json::Text(*view).text()) == json::Fault::none);
  const json::Text quoted = json::text_of(text);
  require(json::validate(quoted.text()) == json::Fault::none);
  require(*quoted.view().as<std::string>() == text);
  return 0;
}
