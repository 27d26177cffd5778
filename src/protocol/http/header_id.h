// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

namespace duplex::http {

/// The header names that are looked up on every request, numbered so that a lookup is one array access.
enum class HeaderId : std::uint8_t {
  other,
  accept_encoding,
  access_control_request_headers,
  access_control_request_method,
  authorization,
  connection,
  content_encoding,
  content_length,
  content_type,
  cookie,
  date,
  expect,
  host,
  if_modified_since,
  if_none_match,
  if_range,
  last_event_id,
  location,
  origin,
  range,
  sec_websocket_accept,
  sec_websocket_extensions,
  sec_websocket_key,
  sec_websocket_protocol,
  sec_websocket_version,
  server,
  set_cookie,
  transfer_encoding,
  upgrade,
  user_agent,
  vary,
  x_forwarded_for,
  x_forwarded_host,
  x_forwarded_proto,
};
inline constexpr std::size_t header_id_count = 34;

/// The number of a name, in any case of letters; `other` if it has none.
HeaderId header_id(std::string_view name) noexcept;

}  // namespace duplex::http
