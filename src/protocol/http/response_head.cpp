// SPDX-License-Identifier: MIT
#include "protocol/http/response_head.h"

#include "protocol/http/field_line.h"
#include "protocol/http/token.h"

namespace duplex::http {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// RFC 9112 §4: "HTTP/1.1 200 OK". The blank before an empty reason is often left out.
Errc parse_status_line(std::string_view line, ReceivedHead& head) noexcept {
  if (!line.starts_with("HTTP/1.1 ") && !line.starts_with("HTTP/1.0 ")) return Errc::bad_status_line;
  head.minor_version = line[7] - '0';
  line.remove_prefix(9);
  if (line.size() < 3 || line[0] < '1' || !is_digit(line[0]) || !is_digit(line[1]) || !is_digit(line[2])) {
    return Errc::bad_status_line;
  }
  head.status = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  line.remove_prefix(3);
  if (line.empty()) return Errc::ok;
  if (line.front() != ' ' || !is_field_value(line)) return Errc::bad_status_line;
  head.reason = line.substr(1);
  return Errc::ok;
}

/// RFC 9112 §6.3.
Errc conclude(ReceivedHead& head) noexcept {
  if (const Errc error = framing_of(head.headers, head.minor_version, head.framing); error != Errc::ok) return error;
  head.keep_alive = keeps_alive(head.headers, head.minor_version);
  if (head.status < 200 || head.status == 204 || head.status == 304) {
    head.framing = {};
  } else if (!head.framing.has_body() && !head.headers.has(HeaderId::content_length)) {
    head.framing.kind = Framing::Kind::until_close;
    head.keep_alive = false;
  }
  return Errc::ok;
}

HeadStep failed(Errc error) noexcept { return {Progress::failed, error}; }

}  // namespace

void ReceivedHead::clear() noexcept {
  status = 0;
  reason = {};
  minor_version = 1;
  keep_alive = true;
  framing = {};
  headers.clear();
}

HeadStep ResponseHeadParser::parse(ConstBytes buffered, const HeadLimits& limits, ReceivedHead& head) {
  const bool resumes = scanner_.position() != 0;
  head.clear();
  for (;;) {
    const auto line = scanner_.next(as_text(buffered), limits);
    if (line.kind == LineScanner::Kind::need_more) return {};
    if (line.kind == LineScanner::Kind::failed) return failed(line.error);
    if (scanner_.lines() == 1) {
      if (const Errc error = parse_status_line(line.text, head); error != Errc::ok) return failed(error);
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
  if (const Errc error = conclude(head); error != Errc::ok) return failed(error);
  return {Progress::done, Errc::ok, consumed};
}

}  // namespace duplex::http
