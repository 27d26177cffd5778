// SPDX-License-Identifier: MIT
#include "app/bench/numbers.h"

#include <doctest/doctest.h>

using namespace duplex::bench;

TEST_CASE("numbers are written as people read them") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999.4) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567.8) == "1,234,568");
  CHECK(grouped(-1234) == "-1,234");
  CHECK(duration_text(850) == "850 ns");
  CHECK(duration_text(12'340) == "12.3 us");
  CHECK(duration_text(4.561e6) == "4.56 ms");
  CHECK(duration_text(1.2e9) == "1.20 s");
  CHECK(bytes_text(64) == "64 B");
  CHECK(bytes_text(1536) == "1.5 KiB");
  CHECK(bytes_text(20.0 * 1024 * 1024) == "20.0 MiB");
}
