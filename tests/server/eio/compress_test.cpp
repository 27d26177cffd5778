// SPDX-License-Identifier: MIT
#include "server/eio/compress.h"

#include <doctest/doctest.h>
#include <zlib.h>

using namespace duplex;
using namespace duplex::eio;

TEST_CASE("the coding is what the client takes, gzip first") {
  CHECK(choose_coding("") == Coding::identity);
  CHECK(choose_coding("br") == Coding::identity);
  CHECK(choose_coding("deflate, gzip") == Coding::gzip);
  CHECK(choose_coding("GZIP;q=0.5") == Coding::gzip);
  CHECK(choose_coding("gzip;q=0, deflate") == Coding::deflate);
  CHECK(choose_coding("gzip; q=0.0") == Coding::identity);
  CHECK(choose_coding("*") == Coding::gzip);
  CHECK(choose_coding("*, gzip;q=0") == Coding::deflate);
}

TEST_CASE("what was packed unpacks to the same") {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i);
  for (const Coding coding : {Coding::gzip, Coding::deflate}) {
    const std::string packed = compress(coding, as_bytes(text));
    std::string out(text.size() + 1, '\0');
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, coding == Coding::gzip ? 15 + 16 : 15) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    CHECK(out == text);
  }
}
