// SPDX-License-Identifier: MIT
#include "protocol/http/head.h"

#include <doctest/doctest.h>

#include <string>

#include "support/allocations.h"
#include "support/hex.h"

using namespace duplex;
using namespace duplex::http;
using duplex::testing::allocations_during;
using duplex::testing::for_each_split;

namespace {

struct Outcome {
  Progress progress = Progress::need_more;
  Errc error = Errc::ok;
  std::string events;  // everything that was parsed
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::string describe(const Head& head, std::size_t consumed) {
  std::string out = std::string(head.method_name) + " [" + std::string(head.path) + "] [" + std::string(head.query) +
                    "] 1." + std::to_string(head.minor_version) + " keep=" + std::to_string(head.keep_alive) +
                    " ws=" + std::to_string(head.wants_websocket) + " expect=" + std::to_string(head.expects_continue) +
                    " body=" + std::to_string(static_cast<int>(head.framing.kind)) + ":" +
                    std::to_string(head.framing.length) + " consumed=" + std::to_string(consumed) + "\n";
  for (const Header& header : head.headers) out += std::string(header.name) + "=" + std::string(header.value) + "\n";
  return out;
}

template <class Pieces>
Outcome parse_pieces(const Pieces& pieces, const HeadLimits& limits = {}) {
  HeadParser parser;
  Head head;
  std::string buffered;
  for (const auto& piece : pieces) {
    buffered.append(as_text(piece));
    std::string moved = buffered;  // other memory each time: nothing may be kept from the call before
    const HeadStep step = parser.parse(as_bytes(moved), limits, head);
    if (step.progress == Progress::failed) return {step.progress, step.error, {}};
    if (step.progress == Progress::done) return {step.progress, Errc::ok, describe(head, step.consumed)};
  }
  return {};
}

/// The outcome for the whole text, after checking that every split gives the same.
Outcome parse(std::string_view text, const HeadLimits& limits = {}) {
  const Outcome expected = parse_pieces(std::vector{as_bytes(text)}, limits);
  for_each_split(as_bytes(text), [&](const auto& pieces) {
    const Outcome outcome = parse_pieces(pieces, limits);
    CHECK_MESSAGE(outcome == expected, info(outcome.error).code, " instead of ", info(expected.error).code);
  });
  return expected;
}

/// The status and error of a request that is refused; "accepted" and "unfinished" are outcomes as well.
std::string refusal(std::string_view text, const HeadLimits& limits = {}) {
  const Outcome outcome = parse(text, limits);
  if (outcome.progress == Progress::done) return "accepted";
  if (outcome.progress == Progress::need_more) return "unfinished";
  return std::to_string(status_for(outcome.error)) + " " + std::string(info(outcome.error).code);
}

std::string with_headers(std::string_view lines) {
  return "POST / HTTP/1.1\r\nHost: example.org\r\n" + std::string(lines) + "\r\n";
}
std::string with_line(std::string_view line) { return std::string(line) + "\r\nHost: example.org\r\n\r\n"; }

constexpr std::string_view browser_get =
    "GET /chat/room?name=a%20b&x=1 HTTP/1.1\r\n"
    "Host: localhost:3000\r\n"
    "Connection: keep-alive\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "Cookie: sid=31d4d96e407aad42; theme=dark\r\n"
    "\r\n";

}  // namespace

TEST_CASE("H12: a browser's request parses alike, wherever it is cut") {
  const Outcome outcome = parse(browser_get);
  REQUIRE(outcome.progress == Progress::done);
  CHECK(outcome.events.starts_with("GET [/chat/room] [name=a%20b&x=1] 1.1 keep=1 ws=0 expect=0 body=0:0 consumed=" +
                                   std::to_string(browser_get.size()) + "\nHost=localhost:3000\n"));
  CHECK(outcome.events.ends_with("Cookie=sid=31d4d96e407aad42; theme=dark\n"));
}

TEST_CASE("H12: a WebSocket request parses alike, wherever it is cut") {
  const Outcome outcome = parse(
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: [::1]:3000\r\nUpgrade: websocket\r\n"
      "Connection: keep-alive\r\nConnection:Upgrade\t\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Empty:\r\n\r\n\x81\x00");
  REQUIRE(outcome.progress == Progress::done);
  CHECK(outcome.events.find(" ws=1 ") != std::string::npos);
  CHECK(outcome.events.find("Connection=Upgrade\n") != std::string::npos);
  CHECK(outcome.events.ends_with("X-Empty=\n"));
}

TEST_CASE("H12: what follows a head is left alone") {
  const std::string request = with_headers("Content-Length: 5\r\n");
  const Outcome outcome = parse(request + "HELLO");
  CHECK(outcome.events.find("body=1:5 consumed=" + std::to_string(request.size())) != std::string::npos);
}

TEST_CASE("parsing a request allocates nothing") {
  Head head;
  HeadParser parser;
  Progress progress{};
  CHECK(allocations_during([&] { progress = parser.parse(as_bytes(browser_get), {}, head).progress; }) == 0);
  CHECK(progress == Progress::done);
}

TEST_CASE("headers are found by number and by name, in any case of letters") {
  Head head;
  HeadParser parser;
  REQUIRE(
      parser
          .parse(as_bytes("GET / HTTP/1.1\r\nHOST: a\r\nCookie: b=1\r\nX-Thing: one\r\ncookie: c=2\r\n\r\n"), {}, head)
          .progress == Progress::done);
  CHECK(head.host() == "a");
  CHECK(head.headers[HeaderId::cookie] == "b=1");
  CHECK(head.headers.is_repeated(HeaderId::cookie));
  CHECK_FALSE(head.headers.is_repeated(HeaderId::host));
  CHECK(head.headers["x-thing"] == "one");
  CHECK(head.headers["COOKIE"] == "b=1");
  CHECK(head.headers.find("x-absent") == nullptr);
  CHECK(head.headers.find(HeaderId::origin) == nullptr);
}

TEST_CASE("a head is reused without anything left of the one before") {
  Head head;
  HeadParser parser;
  REQUIRE(parser.parse(as_bytes("GET / HTTP/1.1\r\nHost: a\r\nCookie: b\r\nCookie: c\r\n\r\n"), {}, head).progress ==
          Progress::done);
  REQUIRE(parser.parse(as_bytes("GET / HTTP/1.0\r\n\r\n"), {}, head).progress == Progress::done);
  CHECK_FALSE(head.headers.is_repeated(HeaderId::cookie));
  CHECK(describe(head, 0) == "GET [/] [] 1.0 keep=0 ws=0 expect=0 body=0:0 consumed=0\n");
}

TEST_CASE("a connection is kept as its version and Connection say") {
  auto kept = [](std::string_view text) { return parse(text).events.find("keep=1") != std::string::npos; };
  CHECK(kept("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(kept("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
  CHECK_FALSE(kept("GET / HTTP/1.0\r\n\r\n"));
  CHECK_FALSE(kept("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, CLOSE\r\n\r\n"));
}

TEST_CASE("one empty line before a request is forgiven, two are not") {
  CHECK(refusal("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == "accepted");
  CHECK(refusal("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == "400 bad_method");
  CHECK(refusal("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == "400 bad_method");
}

TEST_CASE("H1: a request line over its limit is refused with 414") {
  const HeadLimits limits{.first_line = 64, .head = 256};
  const std::string fits = "GET /" + std::string(64 - 16, 'a') + " HTTP/1.1\r\n";
  REQUIRE(fits.size() == 64);
  CHECK(refusal(fits + "Host: a\r\n\r\n", limits) == "accepted");
  CHECK(refusal("GET /a" + fits.substr(5) + "Host: a\r\n\r\n", limits) == "414 request_line_too_long");
  CHECK(refusal("GET /" + std::string(64, 'a'), {.first_line = 256, .head = 32}) == "414 request_line_too_long");
  CHECK(refusal("GET /" + std::string(64, 'a'), limits) == "414 request_line_too_long");
  CHECK(parse_pieces(std::vector{duplex::testing::hex("474554202f"), std::vector(8'200, std::byte{'a'})}).error ==
        Errc::request_line_too_long);  // the default
}

TEST_CASE("H2: a head over its limit is refused with 431, one byte less is waited for") {
  const HeadLimits limits{.first_line = 64, .head = 256};
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::string fits = start + std::string(256 - 4 - start.size(), 'x') + "\r\n\r\n";
  CHECK(refusal(fits, limits) == "accepted");
  CHECK(refusal(start + "x" + fits.substr(start.size()), limits) == "431 head_too_large");
  CHECK(refusal(start + std::string(255 - start.size(), 'x'), limits) == "unfinished");
  CHECK(refusal(start + std::string(256 - start.size(), 'x'), limits) == "431 head_too_large");
  const std::string parked(16_KiB - 1 - start.size(), 'x');
  CHECK(parse_pieces(std::vector{as_bytes(start), as_bytes(parked)}).progress == Progress::need_more);
  CHECK(parse_pieces(std::vector{as_bytes(start), as_bytes(parked), as_bytes("x")}).error == Errc::head_too_large);
}

TEST_CASE("H3: 100 headers are read, 101 and 2,000 are refused, with and without Upgrade") {
  for (std::string_view last : {"", "Connection: Upgrade\r\nUpgrade: websocket\r\n"}) {
    for (int count : {98, 101, 2000}) {
      std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
      for (int i = 1; i < count; ++i) text += "a:b\r\n";
      text += std::string(last) + "\r\n";
      const Outcome outcome = parse_pieces(std::vector{as_bytes(text)});
      CHECK(outcome.error == (count == 98 ? Errc::ok : Errc::too_many_headers));
      CHECK((outcome.progress == Progress::done) == (count == 98));
    }
  }
}

TEST_CASE("H4: Host must come once and be a host") {
  CHECK(refusal("GET / HTTP/1.1\r\n\r\n") == "400 missing_host");
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == "400 duplicate_host");
  CHECK(refusal("GET / HTTP/1.1\r\nHost:\r\n\r\n") == "400 bad_host");
  CHECK(refusal("GET / HTTP/1.0\r\nHost: \r\n\r\n") == "400 bad_host");
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\x01z\r\n\r\n") == "400 bad_header_value");
  for (std::string_view host :
       {"a b", "a/b", "user@a", "a:b", "a:123456", "[::1", "[::1]x", "[]", "a,b", "\xc3\xa4", ":80"}) {
    CHECK(refusal("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == "400 bad_host");
  }
  for (std::string_view host : {"a", "my_app.example.org:8080", "[::1]", "[fe80::1]:3000", "127.0.0.1:3000", "a:"}) {
    CHECK(refusal("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == "accepted");
  }
}

TEST_CASE("H5: Content-Length together with Transfer-Encoding is refused") {
  CHECK(refusal(with_headers("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")) ==
        "400 length_and_transfer_encoding");
  CHECK(refusal(with_headers("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")) ==
        "400 length_and_transfer_encoding");
}

TEST_CASE("H6: a Content-Length that is not one plain number is refused") {
  for (std::string_view value :
       {"5, 5", "+5", "-1", "0x5", "5 5", "", "12345678901234567890", "5;", "\xd9\xa5", "5_0"}) {
    CHECK(refusal(with_headers("Content-Length: " + std::string(value) + "\r\n")) == "400 bad_content_length");
  }
  CHECK(refusal(with_headers("Content-Length: 5\r\nContent-Length: 6\r\n")) == "400 duplicate_content_length");
  CHECK(refusal(with_headers("Content-Length: 5\r\ncontent-length: 5\r\n")) == "400 duplicate_content_length");
  CHECK(parse(with_headers("Content-Length: 9999999999999999999\r\n")).events.find("1:9999999999999999999 ") !=
        std::string::npos);
}

TEST_CASE("H7: a Transfer-Encoding that is not exactly `chunked` is refused") {
  CHECK(parse(with_headers("Transfer-Encoding: Chunked\r\n")).events.find("body=2:0") != std::string::npos);
  for (std::string_view value : {"chunked, identity", "chunked, chunked", "chunked,", "", ",", "chunked;q=1",
                                 "chun ked", "\"chunked\"", "chunked\xff", "chunked\xa0", "gzip, chunked, gzip"}) {
    CHECK(refusal(with_headers("Transfer-Encoding: " + std::string(value) + "\r\n")) == "400 bad_transfer_encoding");
  }
  CHECK(refusal(with_headers("Transfer-Encoding: chunked\x0b\r\n")) == "400 bad_header_value");
  CHECK(refusal(with_headers("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")) ==
        "400 bad_transfer_encoding");
  CHECK(refusal("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n") == "400 bad_transfer_encoding");
  for (std::string_view value : {"xchunked", "identity", "gzip", "gzip, chunked"}) {
    CHECK(refusal(with_headers("Transfer-Encoding: " + std::string(value) + "\r\n")) == "501 unknown_transfer_coding");
  }
}

TEST_CASE("H10: lines that two readers could split differently are refused") {
  CHECK(refusal("GET / HTTP/1.1\nHost: a\r\n\r\n") == "400 bare_line_feed");
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\n\r\n") == "400 bare_line_feed");
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\n\n") == "400 bare_line_feed");
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n") == "400 bare_carriage_return");
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\r\n\r\n") == "400 bare_carriage_return");
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nX\r: b\r\n\r\n") == "400 bare_carriage_return");
  CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\n\rX: b\r\n\r\n") == "400 bare_carriage_return");
  CHECK(refusal("GET /\r HTTP/1.1\r\nHost: a\r\n\r\n") == "400 bare_carriage_return");
  CHECK(refusal(with_headers("X: a\r\n b\r\n")) == "400 folded_header");
  CHECK(refusal(with_headers("X: a\r\n\tb\r\n")) == "400 folded_header");
  CHECK(refusal("GET / HTTP/1.1\r\n Host: a\r\n\r\n") == "400 folded_header");
  CHECK(refusal(with_headers("Name : a\r\n")) == "400 space_before_colon");
  CHECK(refusal(with_headers("Name\t: a\r\n")) == "400 space_before_colon");
  CHECK(refusal(with_headers(": a\r\n")) == "400 empty_header_name");
  CHECK(refusal(with_headers("no colon\r\n")) == "400 bad_header_name");
  CHECK(refusal(with_headers("nocolon\r\n")) == "400 bad_header_name");
  CHECK(refusal(with_headers("N\xc3\xa4me: a\r\n")) == "400 bad_header_name");
  CHECK(refusal(with_headers("X: a\tb \xc3\xa4\r\n")) == "accepted");  // HTAB and obs-text are allowed in values
}

TEST_CASE("H10: every control character in a header name or value is refused, at every place of a word") {
  for (int c = 0; c < 0x80; ++c) {
    if ((c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' || c == '\r') continue;
    for (std::size_t at : {0u, 1u, 7u, 8u, 12u}) {
      std::string value(13, 'v');
      value[at] = static_cast<char>(c);
      const std::string text = with_headers("X: " + value + "\r\n"), named = with_headers("X" + value + ": a\r\n");
      CHECK(parse_pieces(std::vector{as_bytes(text)}).error == Errc::bad_header_value);
      CHECK(parse_pieces(std::vector{as_bytes(named)}).error == Errc::bad_header_name);
    }
  }
}

TEST_CASE("H14: what follows a body that was longer than announced is refused at once") {
  CHECK(refusal("EXTRA") == "400 bad_method");
  CHECK(refusal("EXTRAGET / HTTP/1.1\r\nHost: a\r\n\r\n") == "400 bad_method");
}

TEST_CASE("H15: 100-continue is seen, another expectation is refused with 417") {
  CHECK(parse(with_headers("Content-Length: 2147483648\r\nExpect: 100-Continue\r\n")).events.find("expect=1") !=
        std::string::npos);
  CHECK(parse("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n").events.find("expect=0") !=
        std::string::npos);
  CHECK(parse(with_headers("Expect: 100-continue\r\n")).events.find("expect=0") != std::string::npos);
  CHECK(refusal(with_headers("Expect: 200-ok\r\n")) == "417 unknown_expectation");
  CHECK(refusal(with_headers("Expect: 100-continue\r\nExpect: 100-continue\r\n")) == "417 unknown_expectation");
}

TEST_CASE("H16: other versions and other protocols are refused") {
  CHECK(refusal("GET /\r\n") == "400 bad_request_line");
  CHECK(refusal(with_line("GET / HTTP/0.9")) == "505 version_not_supported");
  CHECK(refusal(with_line("GET / HTTP/1.2")) == "505 version_not_supported");
  CHECK(refusal(with_line("GET / HTTP/2.0")) == "505 version_not_supported");
  CHECK(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == "505 http2_preface");
  for (std::string_view version :
       {"http/1.1", "HTTP/1.10", "HTTP/11", "HTTP/1,1", "HTTP/1.1 ", " HTTP/1.1", "HTTP/1.1 x", ""}) {
    CHECK(refusal(with_line("GET / " + std::string(version))) == "400 bad_version");
  }
  CHECK(refusal("\x16\x03\x01\x02\x01\x01") == "400 tls_on_plain_port");
  CHECK(info(Errc::tls_on_plain_port).text.find("TLS") != std::string_view::npos);
  CHECK(refusal("GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n") ==
        "400 upgrade_on_http10");
}

TEST_CASE("H17: TRACE, CONNECT, an endless method and lower case are refused") {
  CHECK(refusal(with_line("TRACE / HTTP/1.1")) == "405 method_not_allowed");
  CHECK(refusal(with_line("CONNECT a:1 HTTP/1.1")) == "405 method_not_allowed");
  const std::string endless(10'240, 'M');
  CHECK(parse_pieces(std::vector{as_bytes(endless)}).error == Errc::bad_method);
  for (std::string_view method : {"get", "GeT", "GETT", "GE", "GET\t", "", "G\xc3\x89T", "\x80"}) {
    CHECK(refusal(with_line(std::string(method) + " / HTTP/1.1")) == "400 bad_method");
  }
  for (std::string_view method :
       {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH", "UNLINK"}) {
    CHECK(refusal(with_line(std::string(method) + " / HTTP/1.1")) == "accepted");
  }
}

TEST_CASE("H18: the absolute form is served if it names the host, other forms and unclean targets are refused") {
  const Outcome absolute = parse("GET HTTP://Example.org:80?q HTTP/1.1\r\nHost: example.ORG:80\r\n\r\n");
  CHECK(absolute.events.starts_with("GET [/] [q] 1.1"));
  CHECK(refusal(with_line("GET https://example.org/a HTTP/1.1")) == "accepted");
  CHECK(refusal(with_line("GET http://other.org/a HTTP/1.1")) == "400 host_mismatch");
  CHECK(refusal("GET http://a/ HTTP/1.0\r\n\r\n") == "400 host_mismatch");
  for (std::string_view target :
       {"*", "example.org:80", "a", "?a", "http:///a", "http://u@example.org/", "ftp://example.org/", "//a", "/a//b",
        "/a//", "/#", "/a?b#c", "/\\a", "/\xc3\xa4", "/?\x80", "/\x01", "/\x7f", "/a?b\tc"}) {
    CHECK(refusal(with_line("GET " + std::string(target) + " HTTP/1.1")) == "400 bad_target");
  }
  for (std::string_view target : {"/%00", "/%zz", "/%", "/%4", "/a?%00", "/a?b=%0", "/%%41"}) {
    CHECK(refusal(with_line("GET " + std::string(target) + " HTTP/1.1")) == "400 bad_percent_encoding");
  }
  CHECK(refusal(with_line("GET  / HTTP/1.1")) == "400 bad_request_line");
  for (std::string_view target :
       {"/", "/a/b.html", "/%41%2f", "/?", "/?a//b", "/?a|b^c`d{e}[f]\\g\"", "/~u/a;b=c,d@e:f"}) {
    CHECK(refusal(with_line("GET " + std::string(target) + " HTTP/1.1")) == "accepted");
  }
}

TEST_CASE("H19: a request for a WebSocket that has a body is refused") {
  const std::string upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  CHECK(refusal(with_headers(upgrade + "Content-Length: 5\r\n")) == "400 upgrade_with_body");
  CHECK(refusal(with_headers(upgrade + "Content-Length: 1073741824\r\n")) == "400 upgrade_with_body");
  CHECK(refusal(with_headers(upgrade + "Transfer-Encoding: chunked\r\n")) == "400 upgrade_with_body");
  CHECK(refusal(with_headers(upgrade + "Content-Length: 0\r\n")) == "accepted");
  CHECK(refusal(with_headers("Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n")) == "accepted");
}

TEST_CASE("W5: an upgrade is seen among other Connection tokens, and only with Upgrade: websocket") {
  auto wants = [](std::string_view lines) {
    return parse(with_headers(lines)).events.find("ws=1") != std::string::npos;
  };
  CHECK(wants("Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"));
  CHECK_FALSE(wants("Connection: keep-alive, Upgrade\r\n"));
  CHECK_FALSE(wants("Upgrade: websocket\r\n"));
  CHECK_FALSE(wants("Connection: xupgrade\r\nUpgrade: websocket\r\n"));
}
