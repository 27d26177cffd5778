// SPDX-License-Identifier: MIT
#include "protocol/ws/header_list.h"

namespace duplex::ws {

void HeaderList::skip_space() noexcept {
  std::size_t n = 0;
  while (n < rest_.size() && (rest_[n] == ' ' || rest_[n] == '\t')) ++n;
  rest_.remove_prefix(n);
}

bool HeaderList::skip(char c) noexcept {
  if (rest_.empty() || rest_[0] != c) return false;
  rest_.remove_prefix(1);
  return true;
}

std::string_view HeaderList::token() noexcept {
  std::size_t n = 0;
  while (n < rest_.size() && is_token_char(rest_[n])) ++n;
  const std::string_view found = rest_.substr(0, n);
  rest_.remove_prefix(n);
  return found;
}

bool HeaderList::next_element() noexcept {
  while (!first_ && next_parameter()) {  // parameters of nothing, before the first name, are bad syntax
  }
  if (bad_) return false;
  skip_space();
  bool separated = first_;
  while (skip(',')) {
    separated = true;
    skip_space();
  }
  first_ = false;
  if (rest_.empty()) return false;
  name_ = separated ? token() : std::string_view();
  bad_ = name_.empty();
  return !bad_;
}

std::optional<ExtensionParameter> HeaderList::next_parameter() noexcept {
  if (bad_) return std::nullopt;
  skip_space();
  if (!skip(';')) return std::nullopt;
  skip_space();
  ExtensionParameter parameter{.name = token(), .value = {}};
  skip_space();
  if (parameter.name.empty()) {
    bad_ = true;
  } else if (skip('=')) {
    skip_space();
    parameter.has_value = true;
    if (skip('"')) {
      read_quoted(parameter);
    } else {
      parameter.value = token();
      bad_ = parameter.value.empty();
    }
  }
  return bad_ ? std::nullopt : std::optional(parameter);
}

// The opening quote is behind us.
void HeaderList::read_quoted(ExtensionParameter& parameter) noexcept {
  std::size_t n = 0;
  while (n < rest_.size() && rest_[n] != '"') {
    if (rest_[n] == '\\') {
      parameter.escaped = true;
      ++n;
    }
    ++n;
  }
  // RFC 6455 section 9.1: what is quoted must be a token too, once unquoted; so it is not empty.
  bad_ = n >= rest_.size() || n == 0;
  if (bad_) return;
  parameter.value = rest_.substr(0, n);
  for (char c : parameter.value) bad_ = bad_ || !(is_token_char(c) || c == '\\');
  rest_.remove_prefix(n + 1);
}

}  // namespace duplex::ws
