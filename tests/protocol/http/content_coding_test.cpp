// SPDX-License-Identifier: MIT
#include "protocol/http/content_coding.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <string>

using namespace duplex;
using namespace duplex::http;

// For the answers of handlers and for those of Engine.IO's polls. RFC 9110 section 12.5.3.
TEST_CASE("gzip is preferred, deflate is taken, what is refused is not used") {
  struct Row {
    const char* accepted;
    Coding coding;
  };
  const Row rows[] = {
      {"", Coding::identity},
      {"br", Coding::identity},
      {"identity", Coding::identity},
      {"gzip", Coding::gzip},
      {"deflate", Coding::deflate},
      {"gzip, deflate, br", Coding::gzip},
      {"deflate, gzip", Coding::gzip},
      {"deflate;q=1.0, gzip;q=0.1", Coding::gzip},  // ours is the choice, among what is taken
      {"GZIP;q=0.5", Coding::gzip},
      {"\tgzip ,br", Coding::gzip},
      {"gzip;q=0, deflate", Coding::deflate},
      {"gzip;q=0, deflate;q=0.1", Coding::deflate},
      {"gzip; q=0.0", Coding::identity},
      {"gzip;q=0.000, deflate;q=0", Coding::identity},
      {"gzip;Q=0", Coding::identity},
      {"gzip;level=9;q=0", Coding::identity},
      {"x-gzip", Coding::identity},
      {"gzipped", Coding::identity},
      // "*" stands for what is not named
      {"*", Coding::gzip},
      {"br, *", Coding::gzip},
      {"*;q=0", Coding::identity},
      {"*, gzip;q=0", Coding::deflate},
      {"gzip;q=0, *", Coding::deflate},
      {"gzip;q=0, *;q=0", Coding::identity},
      {"gzip;q=0, deflate;q=0, *", Coding::identity},
      {"*;q=0, deflate", Coding::deflate},
      {"identity;q=0, *", Coding::gzip},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.accepted));
    CHECK(name_of(choose_coding(row.accepted)) == name_of(row.coding));
  }
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
