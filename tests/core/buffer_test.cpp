// SPDX-License-Identifier: MIT
#include "core/buffer.h"

#include <doctest/doctest.h>

#include <string>

using namespace duplex;

TEST_CASE("a buffer keeps what was appended, in order, while it grows") {
  Buffer buffer;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string piece = std::to_string(i);
    buffer.append(piece);
    expected += piece;
  }
  CHECK(buffer.text() == expected);
}

TEST_CASE("consuming from the front makes room without growing") {
  Buffer buffer;
  buffer.append(std::string(64, 'a'));
  const auto capacity = buffer.capacity();
  buffer.consume(60);
  buffer.append(std::string(40, 'b'));
  CHECK(buffer.capacity() == capacity);
  CHECK(buffer.text() == std::string(4, 'a') + std::string(40, 'b'));
}

TEST_CASE("clear keeps the memory, release gives it back") {
  Buffer buffer;
  buffer.append("hello");
  buffer.clear();
  CHECK(buffer.empty());
  CHECK(buffer.capacity() != 0);
  buffer.release();
  CHECK(buffer.capacity() == 0);
}
