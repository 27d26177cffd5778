// SPDX-License-Identifier: MIT
#include "protocol/http/head.h"

#include "protocol/http/field_line.h"
#include "protocol/http/request_target.h"
#include "protocol/http/token.h"

namespace duplex::http {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// RFC 9112 §2.3: "HTTP/" DIGIT "." DIGIT, case-sensitive.
Errc parse_version(std::string_view text, int& minor) noexcept {
  if (text == "HTTP/1.1" || text == "HTTP/1.0") {
    minor = text.back() - '0';
    return Errc::ok;
  }
  const bool is_version =
      text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
  return is_version ? Errc::version_not_supported : Errc::bad_version;
}

/// What stands after "GET ".
Errc parse_target_and_version(std::string_view line, Head& head, RequestTarget& target) noexcept {
  const auto space = line.find(' ');
  if (space == line.npos || space == 0) return Errc::bad_request_line;  // HTTP/0.9 has no version
  head.target = line.substr(0, space);
  if (const Errc error = parse_version(line.substr(space + 1), head.minor_version); error != Errc::ok) return error;
  if (const Errc error = parse_target(head.target, target); error != Errc::ok) return error;
  head.path = target.path;
  head.query = target.query;
  return Errc::ok;
}

/// RFC 9112 §3.2. An HTTP/1.0 client may leave Host out (old health checks do).
Errc check_host(const Head& head, std::string_view authority) noexcept {
  const Header* host = head.headers.find(HeaderId::host);
  if (host == nullptr) {
    if (head.minor_version != 0) return Errc::missing_host;
    return authority.empty() ? Errc::ok : Errc::host_mismatch;
  }
  if (head.headers.is_repeated(HeaderId::host)) return Errc::duplicate_host;
  if (!is_host(host->value)) return Errc::bad_host;
  const bool matches = authority.empty() || equals_ignore_case(authority, host->value);
  return matches ? Errc::ok : Errc::host_mismatch;
}

Errc check_upgrade(Head& head) noexcept {
  const Headers& headers = head.headers;
  if (!headers.has(HeaderId::upgrade)) return Errc::ok;
  head.wants_websocket =
      headers.has_token(HeaderId::connection, "upgrade") && headers.has_token(HeaderId::upgrade, "websocket");
  if (!head.wants_websocket) return Errc::ok;
  if (head.minor_version == 0) return Errc::upgrade_on_http10;
  // Its bytes could be read as a body or as frames.
  return head.framing.has_body() ? Errc::upgrade_with_body : Errc::ok;
}

Errc check_expect(Head& head) noexcept {
  const Header* expect = head.headers.find(HeaderId::expect);
  if (expect == nullptr) return Errc::ok;
  if (!equals_ignore_case(expect->value, "100-continue") || head.headers.is_repeated(HeaderId::expect)) {
    return Errc::unknown_expectation;
  }
  // RFC 9110 §10.1.1: not to be honoured for HTTP/1.0, nor where no body follows.
  head.expects_continue = head.minor_version != 0 && head.framing.has_body();
  return Errc::ok;
}

/// What the headers say together, once all of them are there.
Errc conclude(Head& head, std::string_view authority) noexcept {
  if (const Errc error = check_host(head, authority); error != Errc::ok) return error;
  if (const Errc error = framing_of(head.headers, head.minor_version, head.framing); error != Errc::ok) return error;
  head.keep_alive = keeps_alive(head.headers, head.minor_version);
  if (const Errc error = check_upgrade(head); error != Errc::ok) return error;
  return check_expect(head);
}

// An idle connection holds them: they count against its 256 bytes.
static_assert(sizeof(HeadParser) == 12);

HeadStep failed(Errc error) noexcept { return {Progress::failed, error}; }

}  // namespace

void Head::clear() noexcept {
  method = Method::other;
  method_name = target = path = query = {};
  minor_version = 1;
  keep_alive = true;
  expects_continue = wants_websocket = false;
  framing = {};
  headers.clear();
}

HeadStep HeadParser::parse(ConstBytes buffered, const HeadLimits& limits, Head& head) {
  const std::string_view bytes = as_text(buffered);
  const bool resumes = scanner_.position() != 0;
  RequestTarget target;
  head.clear();

  if (scanner_.lines() == 0) {
    // RFC 9112 §2.2: one empty line before the request is forgiven; old clients send it after a body.
    if (bytes == "\r") return {};
    if (scanner_.position() == 0 && bytes.starts_with("\r\n")) scanner_.skip_empty_line();
    const auto start = bytes.substr(scanner_.position());
    if (start.empty()) return {};
    const auto match = match_method(start);
    if (match.kind == MethodMatch::Kind::need_more) return {};
    if (match.kind == MethodMatch::Kind::refused) return failed(match.error);
    head.method = match.method;
    head.method_name = match.name;
  }
  for (;;) {
    const auto line = scanner_.next(bytes, limits);
    if (line.kind == LineScanner::Kind::need_more) return {};
    if (line.kind == LineScanner::Kind::failed) return failed(line.error);
    if (scanner_.lines() == 1) {
      const auto rest = line.text.substr(head.method_name.size() + 1);
      if (const Errc error = parse_target_and_version(rest, head, target); error != Errc::ok) return failed(error);
      continue;
    }
    if (line.text.empty()) break;
    if (scanner_.lines() > limits.headers + 1) return failed(Errc::too_many_headers);
    Header header;
    if (const Errc error = parse_field_line(line.text, header); error != Errc::ok) return failed(error);
    head.headers.add(header);
  }
  const std::size_t consumed = scanner_.position();
  reset();
  if (resumes) return parse(buffered.first(consumed), limits, head);  // `head` has only the last lines: read all again
  if (const Errc error = conclude(head, target.authority); error != Errc::ok) return failed(error);
  return {Progress::done, Errc::ok, consumed};
}

}  // namespace duplex::http
