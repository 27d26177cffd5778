// SPDX-License-Identifier: MIT
#include <duplex/json.h>

#include "protocol/json/escape.h"
#include "protocol/json/placeholders.h"
#include "protocol/json/scan.h"
#include "protocol/json/validate.h"

namespace duplex::json {

View View::operator[](std::string_view key) const {
  View found{std::string_view()};
  Scratch scratch;
  Cursor c(text_, attachments_, scratch);
  if (!c.enter_object()) return found;
  for (std::string_view name; c.next_key(name);) {
    const View value = c.skip();
    if (name == key) found = value;
  }
  return found;
}

View View::at(std::size_t index) const noexcept {
  for (View element : elements())
    if (index-- == 0) return element;
  return View(std::string_view());
}

std::size_t View::size() const {
  Scratch scratch;
  Cursor c(text_, attachments_, scratch);
  std::size_t n = 0;
  if (c.enter_array()) {
    for (; c.next_element(); ++n) c.skip();
  } else if (c.enter_object()) {
    for (std::string_view name; c.next_key(name); ++n) c.skip();
  }
  return n;
}

bool View::is_binary() const noexcept {
  const auto number = placeholder_number(text_);
  return number && *number < attachments_.size();
}

Binary View::binary() const noexcept {
  const auto number = placeholder_number(text_);
  return number && *number < attachments_.size() ? attachments_[*number] : Binary();
}

bool View::equals(std::string_view plain) const noexcept {
  if (!is_string() || text_.size() < 2) return false;
  const auto inside = text_.substr(1, text_.size() - 2);
  if (inside == plain) return inside.find('\\') == inside.npos;
  if (inside.size() < plain.size() || inside.find('\\') == inside.npos) return false;
  std::string unescaped(inside.size(), '\0');
  unescaped.resize(static_cast<std::size_t>(unescape(unescaped.data(), inside) - unescaped.data()));
  return unescaped == plain;
}

Text::Text(View view) {
  Writer w(text_);
  w.view(view);
}

Result<View> parse(std::string_view text) {
  if (validate(text) != Fault::none) return duplex::Errc::bad_argument;
  const char* const end = text.data() + text.size();
  const char* const from = skip_space(text.data(), end);
  return View(std::string_view(from, static_cast<std::size_t>(skip_value(from, end) - from)));
}

namespace detail {

Walk::Walk(View whole, char open) noexcept
    : end_(whole.text().data() + whole.text().size()), attachments_(whole.attachments()) {
  if (whole.text().starts_with(open)) at_ = whole.text().data() + 1;
}

bool Walk::step() noexcept {
  if (at_ == nullptr) return false;
  at_ = skip_space(at_, end_);
  if (at_ != end_ && !std::exchange(first_, false)) at_ = *at_ == ',' ? skip_space(at_ + 1, end_) : end_;
  if (at_ == end_ || *at_ == ']' || *at_ == '}') at_ = nullptr;
  return at_ != nullptr;
}

View Walk::value() noexcept {
  const char* const from = skip_space(at_, end_);
  at_ = skip_value(from, end_);
  return View(std::string_view(from, static_cast<std::size_t>(at_ - from)), attachments_);
}

std::string Walk::name() {
  const View text = value();
  at_ = skip_space(at_, end_);
  if (at_ != end_ && *at_ == ':') ++at_;
  return text.as<std::string>().value_or(std::string());
}

}  // namespace detail
}  // namespace duplex::json
