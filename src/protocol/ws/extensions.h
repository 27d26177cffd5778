// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/buffer.h"

namespace duplex::ws {

/// What we want of permessage-deflate (RFC 7692). Off by default: secrets and attacker's text in one compressed message
/// leak through its length (CRIME).
struct DeflateOptions {
  bool enabled = false;
  std::uint8_t server_max_window_bits = 12;  ///< 9 to 15
  std::uint8_t client_max_window_bits = 12;  ///< 9 to 15; asked for only of a peer that says it can
  bool server_no_context_takeover = true;
  bool client_no_context_takeover = true;
  std::size_t threshold = 1024;  ///< bytes; shorter messages are sent as they are
  std::uint8_t mem_level = 5;    ///< 1 to 9
  std::uint8_t level = 1;        ///< 1 to 9
};

/// What both sides agreed on.
struct DeflateAgreement {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::uint8_t server_max_window_bits = 15;
  std::uint8_t client_max_window_bits = 15;
  bool names_client_window = false;  ///< the answer carries client_max_window_bits (only if it was offered)
  friend bool operator==(const DeflateAgreement&, const DeflateAgreement&) = default;
};

/// A server's view of `Sec-WebSocket-Extensions` (all its header lines joined with ", "). Linear in its length.
struct ExtensionOffer {
  bool bad_syntax = false;                       ///< answer 400 (RFC 6455 section 9.1)
  std::optional<DeflateAgreement> deflate = {};  ///< the first offer that we can accept
};
ExtensionOffer negotiate(std::string_view header, const DeflateOptions& options) noexcept;

/// Appends the value of the answer's `Sec-WebSocket-Extensions`.
void write_answer(Buffer& out, const DeflateAgreement& agreement);

/// Appends the value of a client's offer.
void write_offer(Buffer& out, const DeflateOptions& options);

/// A client's view of the answer: whether it is acceptable (no header is), and what was agreed.
struct ExtensionAnswer {
  bool acceptable = false;
  std::optional<DeflateAgreement> deflate = {};
};
ExtensionAnswer check_answer(std::string_view header, const DeflateOptions& offered) noexcept;

}  // namespace duplex::ws
