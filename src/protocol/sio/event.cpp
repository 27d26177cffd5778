// SPDX-License-Identifier: MIT
#include "protocol/sio/event.h"

#include <algorithm>
#include <iterator>

#include "protocol/json/escape.h"
#include "protocol/json/number.h"
#include "protocol/json/scan.h"

namespace duplex::sio {
namespace {

constexpr std::string_view reserved[] = {"connect",       "connect_error", "disconnect",
                                         "disconnecting", "newListener",   "removeListener"};

/// The inside of an array, without white space at either end.
std::string_view inside(std::string_view array) noexcept {
  while (!array.empty() && json::is_space(array.back())) array.remove_suffix(1);
  if (array.size() < 2) return {};
  const char* const end = array.data() + array.size() - 1;
  const char* const from = json::skip_space(array.data() + 1, end);
  std::string_view values(from, static_cast<std::size_t>(end - from));
  while (!values.empty() && json::is_space(values.back())) values.remove_suffix(1);
  return values;
}

/// The array from its first value on, or from its closing bracket.
std::string_view first_value(std::string_view array) noexcept {
  if (array.empty()) return {};
  const char* const end = array.data() + array.size();
  const char* const from = json::skip_space(array.data() + 1, end);
  return {from, static_cast<std::size_t>(end - from)};
}

}  // namespace

bool is_reserved(std::string_view name) noexcept {
  if (name.size() < reserved[0].size() || name.size() > reserved[5].size()) return false;
  if (name[0] != 'c' && name[0] != 'd' && name[0] != 'n' && name[0] != 'r') return false;
  return std::find(std::begin(reserved), std::end(reserved), name) != std::end(reserved);
}

bool has_event_name(std::string_view payload) noexcept {
  const std::string_view name = first_value(payload);
  if (name.empty()) return false;
  const char c = name.front();
  return c == '"' || c == '-' || (c >= '0' && c <= '9');
}

bool has_reserved_name(std::string_view payload) noexcept {
  if (!may_have_reserved_name(payload)) return false;
  const std::string_view name_and_rest = first_value(payload);
  if (!name_and_rest.starts_with('"')) return false;
  const auto string = json::raw_string(name_and_rest.data() + 1, name_and_rest.data() + name_and_rest.size());
  if (!string.has_escapes) return is_reserved(string.escaped);
  char name[14 * 6];  // the longest of them, all in `\u` escapes
  if (string.escaped.size() > sizeof name) return false;
  return is_reserved({name, static_cast<std::size_t>(json::unescape(name, string.escaped) - name)});
}

EventParts split_event(std::string_view payload, json::Scratch& scratch) {
  const auto values = inside(payload);
  const char* const end = values.data() + values.size();
  EventParts event;
  event.payload = payload;
  const char* at = values.data();
  if (values.starts_with('"')) {
    const auto string = json::raw_string(at + 1, end);
    if (string.after == nullptr) return event;
    event.name = string.escaped;
    if (string.has_escapes) {
      char* const to = scratch.allocate(event.name.size());
      event.name = {to, static_cast<std::size_t>(json::unescape(to, event.name) - to)};
    }
    at = string.after;
  } else {
    at = json::skip_value(at, end);
    double number = 0;
    std::string text;
    if (json::read_number({values.data(), static_cast<std::size_t>(at - values.data())}, number) != duplex::Errc::ok)
      return event;
    json::append_number(text, number);
    char* const to = scratch.allocate(text.size());
    event.name = {to, text.copy(to, text.size())};
  }
  at = json::skip_space(at, end);
  if (at != end) at = json::skip_space(at + 1, end);  // behind the comma
  event.arguments = {at, static_cast<std::size_t>(end - at)};
  return event;
}

std::string_view ack_arguments(std::string_view payload) noexcept { return inside(payload); }

}  // namespace duplex::sio
