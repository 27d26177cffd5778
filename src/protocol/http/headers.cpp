// SPDX-License-Identifier: MIT
#include "protocol/http/headers.h"

#include "protocol/http/token.h"

namespace duplex::http {

const Header* Headers::find(HeaderId id) const noexcept {
  const auto position = id == HeaderId::other ? 0 : first_[index(id)];
  return position == 0 ? nullptr : &list_[position - 1];
}

const Header* Headers::find(std::string_view name) const noexcept {
  if (const auto id = header_id(name); id != HeaderId::other) return find(id);
  for (const Header& header : list_) {
    if (header.id == HeaderId::other && equals_ignore_case(header.name, name)) return &header;
  }
  return nullptr;
}

std::string_view Headers::operator[](HeaderId id) const noexcept {
  const Header* header = find(id);
  return header != nullptr ? header->value : std::string_view();
}

std::string_view Headers::operator[](std::string_view name) const noexcept {
  const Header* header = find(name);
  return header != nullptr ? header->value : std::string_view();
}

bool Headers::has_token(HeaderId id, std::string_view token) const noexcept {
  if (!has(id)) return false;
  for (std::size_t i = first_[index(id)] - 1; i < list_.size(); ++i) {
    if (list_[i].id == id && http::has_token(list_[i].value, token)) return true;
  }
  return false;
}

void Headers::clear() noexcept {
  list_.clear();
  first_.fill(0);
  repeated_ = 0;
}

void Headers::add(const Header& header) {
  list_.push_back(header);
  if (header.id == HeaderId::other) return;
  auto& first = first_[index(header.id)];
  if (first == 0)
    first = static_cast<std::uint32_t>(list_.size());
  else
    repeated_ |= std::uint64_t{1} << index(header.id);
}

}  // namespace duplex::http
