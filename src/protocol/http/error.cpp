// SPDX-License-Identifier: MIT
#include "protocol/http/error.h"

#include <array>
#include <string>

namespace duplex::http {
namespace {

constexpr std::array errors = std::to_array<ErrorInfo>({
    {Errc::ok, 200, "ok", "ok"},
    {Errc::tls_on_plain_port, 400, "tls_on_plain_port", "a TLS handshake arrived on a port that speaks plain HTTP"},
    {Errc::http2_preface, 505, "http2_preface", "HTTP/2 is not spoken here"},
    {Errc::bad_method, 400, "bad_method", "the request does not begin with a known method in capital letters"},
    {Errc::method_not_allowed, 405, "method_not_allowed", "TRACE and CONNECT are not served"},
    {Errc::request_line_too_long, 414, "request_line_too_long", "the request line is too long"},
    {Errc::bad_request_line, 400, "bad_request_line", "the request line is not `method target HTTP/1.1`"},
    {Errc::bad_version, 400, "bad_version", "the request line does not end in an HTTP version"},
    {Errc::version_not_supported, 505, "version_not_supported", "only HTTP/1.1 and HTTP/1.0 are spoken here"},
    {Errc::bad_target, 400, "bad_target", "the request target is not a clean path with an optional query"},
    {Errc::bad_percent_encoding, 400, "bad_percent_encoding",
     "a % is not followed by two hexadecimal digits, or is %00"},
    {Errc::host_mismatch, 400, "host_mismatch", "the absolute request target names another host than Host does"},
    {Errc::bare_line_feed, 400, "bare_line_feed", "a line ends in LF without CR"},
    {Errc::bare_carriage_return, 400, "bare_carriage_return", "a CR stands without LF"},
    {Errc::folded_header, 400, "folded_header", "a header line begins with white space"},
    {Errc::space_before_colon, 400, "space_before_colon", "there is white space between a header name and its colon"},
    {Errc::empty_header_name, 400, "empty_header_name", "a header has no name"},
    {Errc::bad_header_name, 400, "bad_header_name", "a header name is not a token followed by a colon"},
    {Errc::bad_header_value, 400, "bad_header_value", "a header value holds a control character"},
    {Errc::head_too_large, 431, "head_too_large", "the headers are too large"},
    {Errc::too_many_headers, 431, "too_many_headers", "there are too many headers"},
    {Errc::missing_host, 400, "missing_host", "there is no Host header"},
    {Errc::duplicate_host, 400, "duplicate_host", "there is more than one Host header"},
    {Errc::bad_host, 400, "bad_host", "the Host header is not a host with an optional port"},
    {Errc::duplicate_content_length, 400, "duplicate_content_length", "there is more than one Content-Length"},
    {Errc::bad_content_length, 400, "bad_content_length", "Content-Length is not a plain decimal number"},
    {Errc::length_and_transfer_encoding, 400, "length_and_transfer_encoding",
     "Content-Length and Transfer-Encoding contradict each other"},
    {Errc::bad_transfer_encoding, 400, "bad_transfer_encoding", "Transfer-Encoding is not exactly `chunked`"},
    {Errc::unknown_transfer_coding, 501, "unknown_transfer_coding", "only the transfer coding `chunked` is known"},
    {Errc::unknown_expectation, 417, "unknown_expectation", "only the expectation `100-continue` is known"},
    {Errc::upgrade_with_body, 400, "upgrade_with_body", "a request for a WebSocket has a body"},
    {Errc::upgrade_on_http10, 400, "upgrade_on_http10", "a WebSocket needs HTTP/1.1"},
    {Errc::body_too_large, 413, "body_too_large", "the body is too large"},
    {Errc::bad_chunk_size, 400, "bad_chunk_size", "a chunk does not begin with its size in hexadecimal digits"},
    {Errc::bad_chunk_end, 400, "bad_chunk_end", "the data of a chunk is not followed by CR LF"},
    {Errc::chunk_extension_too_long, 400, "chunk_extension_too_long", "the chunk extensions are too long"},
    {Errc::bad_trailer, 400, "bad_trailer", "a trailer line is malformed"},
    {Errc::forbidden_trailer, 400, "forbidden_trailer", "a trailer carries a header that must come before the body"},
    {Errc::trailers_too_large, 400, "trailers_too_large", "the trailers are too large"},
    {Errc::body_cut_short, 400, "body_cut_short", "the connection ended inside the body"},
    {Errc::unsupported_content_encoding, 415, "unsupported_content_encoding", "an encoded body is not accepted"},
    {Errc::too_many_parameters, 400, "too_many_parameters", "there are too many query parameters"},
    {Errc::unsupported_media_type, 415, "unsupported_media_type", "the body is not of a type that is read here"},
    {Errc::bad_json, 400, "bad_json", "the body is not valid JSON"},
    {Errc::head_timeout, 408, "head_timeout", "the request head did not arrive in time"},
    {Errc::body_timeout, 408, "body_timeout", "the request body arrives too slowly"},
    {Errc::invalid_status, 500, "invalid_status", "a response status is not a number from 100 to 999"},
    {Errc::invalid_header_name, 500, "invalid_header_name", "a response header name is not a token"},
    {Errc::invalid_header_value, 500, "invalid_header_value", "a response header value holds a control character"},
    {Errc::invalid_cookie, 500, "invalid_cookie", "a cookie to be set has a part that browsers would refuse"},
    {Errc::conflicting_framing, 500, "conflicting_framing", "a response states the length of its body twice"},
    {Errc::bad_status_line, 502, "bad_status_line", "the server's answer does not begin with an HTTP/1 status line"},
});

constexpr bool in_order() {
  for (std::size_t i = 0; i < errors.size(); ++i) {
    if (static_cast<std::size_t>(errors[i].errc) != i) return false;
  }
  return errors.back().errc == Errc::bad_status_line;
}
static_assert(in_order(), "every http::Errc has its row, in the order of the enumeration");

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "duplex.http"; }
  std::string message(int value) const override { return std::string(info(static_cast<Errc>(value)).text); }
};

}  // namespace

const ErrorInfo& info(Errc errc) noexcept {
  const auto i = static_cast<std::size_t>(errc);
  return errors[i < errors.size() ? i : static_cast<std::size_t>(Errc::bad_request_line)];
}

const std::error_category& category() noexcept {
  static const Category the_category;
  return the_category;
}

}  // namespace duplex::http
