// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>
#include <system_error>

namespace duplex::sio {

/// What is wrong with a packet. The peer hears the same of all of them: its connection is closed, which a server's
/// handlers see as "forced close" and a client's as "parse error".
enum class Errc {
  unknown_type = 1,
  bad_attachment_count,
  too_many_attachments,
  bad_namespace,
  bad_ack_id,
  not_utf8,
  not_json,
  too_deep,
  wrong_payload,
  reserved_event,
  bad_placeholder,
  unexpected_binary,
  unexpected_text,
  attachments_too_large,
  wrong_message_kind,
  too_many_binaries,
};

constexpr std::string_view text(Errc e) noexcept {
  switch (e) {
    case Errc::unknown_type:
      return "unknown packet type";
    case Errc::bad_attachment_count:
      return "the number of attachments is missing, malformed or zero";
    case Errc::too_many_attachments:
      return "too many attachments";
    case Errc::bad_namespace:
      return "the namespace is too long or has characters that are not allowed";
    case Errc::bad_ack_id:
      return "the ack id is not an integer of at most 2^53 - 1";
    case Errc::not_utf8:
      return "the packet is not UTF-8";
    case Errc::not_json:
      return "the payload is not JSON";
    case Errc::too_deep:
      return "the payload is nested too deep";
    case Errc::wrong_payload:
      return "the payload does not fit the type of the packet";
    case Errc::reserved_event:
      return "the name of the event is reserved";
    case Errc::bad_placeholder:
      return "a placeholder names an attachment that is not there";
    case Errc::unexpected_binary:
      return "an attachment without a packet that announces it";
    case Errc::unexpected_text:
      return "a packet came where an attachment was due";
    case Errc::attachments_too_large:
      return "the attachments of a packet are too large together";
    case Errc::wrong_message_kind:
      return "text where the server's parser takes bytes: does the client have the same parser?";
    case Errc::too_many_binaries:
      return "too many binaries in one packet";
  }
  return "unknown error";
}

const std::error_category& category() noexcept;
inline std::error_code make_error_code(Errc e) noexcept { return {static_cast<int>(e), category()}; }

}  // namespace duplex::sio

template <>
struct std::is_error_code_enum<duplex::sio::Errc> : std::true_type {};
