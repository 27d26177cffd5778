// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)

namespace duplex::ws {

/// The payload of one WebSocket message (RFC 6455 section 5.6): text, which is valid UTF-8, or bytes.
/// A view: one that a handler is given is borrowed until the handler returns; one that you send is read before `send`
/// returns.
class Message {
 public:
  constexpr Message(std::string_view text) noexcept : data_(text.data()), size_(text.size()), text_(true) {}
  Message(std::span<const std::byte> bytes) noexcept : data_(bytes.data()), size_(bytes.size()), text_(false) {}
  constexpr Message(const char* text) noexcept : Message(std::string_view(text)) {}
  Message(const std::string& text) noexcept : Message(std::string_view(text)) {}

  bool is_text() const noexcept { return text_; }
  std::size_t size() const noexcept { return size_; }
  std::string_view text() const noexcept { return {static_cast<const char*>(data_), size_}; }
  std::span<const std::byte> bytes() const noexcept { return {static_cast<const std::byte*>(data_), size_}; }

 private:
  const void* data_;
  std::size_t size_;
  bool text_;
};

}  // namespace duplex::ws

#pragma GCC visibility pop
