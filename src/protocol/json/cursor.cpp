// SPDX-License-Identifier: MIT
#include <duplex/json.h>

#include "protocol/json/escape.h"
#include "protocol/json/number.h"
#include "protocol/json/scan.h"

namespace duplex::json {

void Cursor::space() noexcept { at_ = skip_space(at_, end_); }

bool Cursor::enter_array() noexcept {
  one_ = false;
  space();
  if (at_ == end_ || *at_ != '[') return false;
  ++at_;
  first_ = true;
  return true;
}

bool Cursor::enter_object() noexcept {
  one_ = false;
  space();
  if (at_ == end_ || *at_ != '{') return false;
  ++at_;
  first_ = true;
  return true;
}

bool Cursor::next_element() noexcept {
  at_ = skip_space(at_, end_);
  if (at_ == end_) return false;
  if (*at_ == ']') {
    ++at_;
    first_ = false;
    return false;
  }
  if (!std::exchange(first_, false)) {
    if (*at_ != ',') return false;
    ++at_;
    space();
  }
  return true;
}

bool Cursor::next_key(std::string_view& key) {
  space();
  if (at_ == end_) return false;
  if (*at_ == '}') {
    ++at_;
    first_ = false;
    return false;
  }
  if (!std::exchange(first_, false)) {
    if (*at_ != ',') return false;
    ++at_;
  }
  if (read(key) != duplex::Errc::ok) {
    at_ = end_;
    return false;
  }
  space();
  if (at_ == end_ || *at_ != ':') return false;
  ++at_;
  return true;
}

bool Cursor::skip_null() noexcept {
  space();
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with("null")) return false;
  at_ += 4;
  return true;
}

View Cursor::skip() noexcept {
  at_ = skip_space(at_, end_);
  const char* const from = at_;
  at_ = one_ ? end_ : skip_value(at_, end_);
  return View(std::string_view(from, static_cast<std::size_t>(at_ - from)), attachments_);
}

duplex::Errc Cursor::read(bool& value) noexcept {
  const auto text = skip().text();
  value = text == "true";
  return value || text == "false" ? duplex::Errc::ok : duplex::Errc::bad_argument;
}

duplex::Errc Cursor::read(std::int64_t& value) noexcept { return read_number(skip().text(), value); }
duplex::Errc Cursor::read(std::uint64_t& value) noexcept { return read_number(skip().text(), value); }
duplex::Errc Cursor::read(double& value) noexcept { return read_number(skip().text(), value); }

duplex::Errc Cursor::read(std::string_view& value) {
  space();
  if (at_ == end_ || *at_ != '"') return duplex::Errc::bad_argument;
  const RawString string = raw_string(at_ + 1, end_);
  if (string.after == nullptr) return duplex::Errc::bad_argument;
  at_ = string.after;
  value = string.escaped;
  if (string.has_escapes) {
    char* const to = scratch_->allocate(value.size());
    value = {to, static_cast<std::size_t>(unescape(to, value) - to)};
  }
  return duplex::Errc::ok;
}

duplex::Errc Cursor::read(Binary& value) noexcept {
  const View placeholder = skip();
  if (!placeholder.is_binary()) return duplex::Errc::bad_argument;
  value = placeholder.binary();
  return duplex::Errc::ok;
}

duplex::Errc Cursor::read(Fields& fields) {
  if (!enter_object()) return duplex::Errc::bad_argument;
  const auto all = fields.all();
  for (std::string_view key; next_key(key);) {
    Fields::Field* field = nullptr;
    for (auto& each : all)
      if (each.name == key) field = &each;
    if (field == nullptr) {
      skip();
      continue;
    }
    field->seen = true;
    if (const auto e = field->read(*this, field->value); e != duplex::Errc::ok) return e;
  }
  for (const auto& field : all)
    if (!field.seen && !field.optional) return duplex::Errc::missing_argument;
  return duplex::Errc::ok;
}

void Fields::add(const Field& field) {
  if (more_.empty() && size_ < capacity) {
    few_[size_++] = field;
    return;
  }
  if (more_.empty()) more_.assign(few_, few_ + size_);
  more_.push_back(field);
}

}  // namespace duplex::json
