// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>
#include <system_error>

namespace duplex::http {

/// What can be wrong with an HTTP/1.1 message. Each value has a row in the table of error.cpp and an anchor in
/// docs/errors.md.
enum class Errc : std::uint8_t {
  ok,
  // the request line
  tls_on_plain_port,
  http2_preface,
  bad_method,
  method_not_allowed,
  request_line_too_long,
  bad_request_line,
  bad_version,
  version_not_supported,
  bad_target,
  bad_percent_encoding,
  host_mismatch,
  // header lines
  bare_line_feed,
  bare_carriage_return,
  folded_header,
  space_before_colon,
  empty_header_name,
  bad_header_name,
  bad_header_value,
  head_too_large,
  too_many_headers,
  // what the headers say together
  missing_host,
  duplicate_host,
  bad_host,
  duplicate_content_length,
  bad_content_length,
  length_and_transfer_encoding,
  bad_transfer_encoding,
  unknown_transfer_coding,
  unknown_expectation,
  upgrade_with_body,
  upgrade_on_http10,
  // the body
  body_too_large,
  bad_chunk_size,
  bad_chunk_end,
  chunk_extension_too_long,
  bad_trailer,
  forbidden_trailer,
  trailers_too_large,
  body_cut_short,
  unsupported_content_encoding,
  too_many_parameters,
  unsupported_media_type,
  bad_json,
  // time
  head_timeout,
  body_timeout,
  // what an application may not put into a response
  invalid_status,
  invalid_header_name,
  invalid_header_value,
  invalid_cookie,
  conflicting_framing,
  // what a server may not send to our client
  bad_status_line,
};

/// One row: the text for people, a stable code for programs, and what the peer hears.
struct ErrorInfo {
  Errc errc;
  std::uint16_t status;   ///< HTTP status of the answer; the connection closes after it
  std::string_view code;  ///< stable, e.g. "bad_chunk_size"; the anchor in docs/errors.md
  std::string_view text;
};

const ErrorInfo& info(Errc errc) noexcept;
inline std::uint16_t status_for(Errc errc) noexcept { return info(errc).status; }

const std::error_category& category() noexcept;
inline std::error_code make_error_code(Errc e) noexcept { return {static_cast<int>(e), category()}; }

}  // namespace duplex::http

template <>
struct std::is_error_code_enum<duplex::http::Errc> : std::true_type {};
