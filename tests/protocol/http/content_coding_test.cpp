// SPDX-License-Identifier: MIT
#include "protocol/http/content_coding.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <string>

using namespace duplex;
using namespace duplex::http;

TEST_CASE("gzip is preferred, deflate is taken, what is refused is not used") {
  CHECK(choose_coding("gzip, deflate, br") == Coding::gzip);
  CHECK(choose_coding("deflate") == Coding::deflate);
  CHECK(choose_coding("gzip;q=0, deflate;q=0.1") == Coding::deflate);
  CHECK(choose_coding("*") == Coding::gzip);
  CHECK(choose_coding("br") == Coding::identity);
  CHECK(choose_coding("") == Coding::identity);
  CHECK(choose_coding("gzip;q=0, *;q=0") == Coding::identity);
}

TEST_CASE("what is packed unpacks to what it was, in both formats") {
  const std::string body(10'000, 'x');
  for (const Coding coding : {Coding::gzip, Coding::deflate}) {
    Buffer packed;
    REQUIRE(pack(packed, coding, as_bytes(body), 6));
    CHECK(packed.size() < 200);
    std::string unpacked(body.size() + 1, '\0');
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, coding == Coding::gzip ? 31 : 15) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
    stream.avail_out = static_cast<uInt>(unpacked.size());
    CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    unpacked.resize(stream.total_out);
    inflateEnd(&stream);
    CHECK(unpacked == body);
  }
}
