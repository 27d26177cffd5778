// SPDX-License-Identifier: MIT
#include "net/outbox.h"

#include <doctest/doctest.h>
#include <sys/uio.h>

#include <string>

#include "support/allocations.h"

using namespace duplex;
using namespace duplex::net;

namespace {

void put(Outbox& outbox, std::string_view text, EntryOptions options = {}) {
  outbox.inline_run(options).append(text);
  outbox.appended(text.size());
}

std::string gathered(const Outbox& outbox, std::size_t limit = SIZE_MAX, std::size_t most = 64,
                     std::size_t* count = nullptr) {
  iovec pieces[64];
  std::byte scratch[4096];
  const auto g = outbox.gather(std::span(pieces).first(most), scratch, limit);
  std::string text;
  for (std::size_t i = 0; i < g.pieces; ++i)
    text.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
  CHECK(text.size() == g.bytes);
  if (count != nullptr) *count = g.pieces;
  return text;
}

}  // namespace

TEST_CASE("what must arrive is one run; what may be dropped is an entry of its own") {
  duplex::BufferPool large;
  Outbox outbox(large);
  put(outbox, "a");
  put(outbox, "b");
  put(outbox, "C", {.droppable = true});
  put(outbox, "D", {.droppable = true});
  put(outbox, "e");
  CHECK(outbox.entries() == 4);
  CHECK(outbox.bytes() == 5);
  std::size_t pieces = 0;
  CHECK(gathered(outbox, SIZE_MAX, 64, &pieces) == "abCDe");
  CHECK(pieces == 1);  // small ones are copied together
  const Dropped dropped = outbox.drop_oldest_to(4);
  CHECK(dropped.entries == 1);
  CHECK(dropped.bytes == 1);
  CHECK(gathered(outbox) == "abDe");
  outbox.drop_oldest_to(0);
  CHECK(gathered(outbox) == "abe");
  CHECK(outbox.entries() == 2);
}

TEST_CASE("an entry whose first byte has left can neither be dropped nor conflated") {
  duplex::BufferPool large;
  Outbox outbox(large);
  put(outbox, "first", {.droppable = true});
  put(outbox, "second", {.key = 7});
  outbox.sent(2);
  CHECK(outbox.drop_oldest_to(0).entries == 1);
  CHECK(gathered(outbox) == "rst");
  outbox.sent(3);
  CHECK(outbox.empty());
  CHECK(outbox.entries() == 0);
  put(outbox, "third", {.key = 7});
  outbox.sent(1);
  CHECK(outbox.drop_key(7).entries == 0);
  put(outbox, "fourth", {.key = 7});
  CHECK(outbox.drop_key(7).bytes == 6);
  CHECK(gathered(outbox) == "hird");
}

TEST_CASE("a queue that only conflates does not grow behind a pinned entry") {
  duplex::BufferPool large;
  Outbox outbox(large);
  put(outbox, "pinned", {.key = 1});
  outbox.sent(1);
  for (int i = 0; i < 100'000; ++i) {
    outbox.drop_key(2);
    put(outbox, "value", {.key = 2});
  }
  CHECK(outbox.entries() == 2);
  CHECK(gathered(outbox) == "innedvalue");
}

TEST_CASE("a shared block is held once for each outbox and let go when it has left or was dropped") {
  LocalBlockPool pool;
  duplex::BufferPool large;
  Outbox one(large), two(large);
  LocalBlock& block = pool.take(SharedBytes::copy(as_bytes("broadcast")));
  one.append(block);
  two.append(block, {.droppable = true});
  block.release();
  CHECK(pool.in_use() == 1);
  one.sent(4);
  CHECK(gathered(one) == "dcast");
  one.sent(5);
  CHECK(pool.in_use() == 1);
  two.drop_oldest_to(0);
  CHECK(pool.in_use() == 0);
}

TEST_CASE("gathering respects the limit and the number of pieces, and sending any amount leaves the rest intact") {
  LocalBlockPool pool;
  for (std::size_t step = 1; step < 3'000; step = step * 2 + 1) {
    duplex::BufferPool large;
    Outbox outbox(large);
    std::string expected;
    for (int i = 0; i < 40; ++i) {
      const std::string text(static_cast<std::size_t>(i * i), static_cast<char>('a' + i % 26));
      expected += text;
      if (i % 3 == 0) {
        LocalBlock& block = pool.take(SharedBytes::copy(as_bytes(text)));
        outbox.append(block);
        block.release();
      } else {
        put(outbox, text, {.droppable = i % 3 == 1});
      }
    }
    std::string got;
    while (!outbox.empty()) {
      const std::string piece = gathered(outbox, step, 1 + step % 7);
      REQUIRE(!piece.empty());
      REQUIRE(piece.size() <= step);
      got += piece;
      outbox.sent(piece.size());
    }
    CHECK(got == expected);
  }
  CHECK(pool.in_use() == 0);
}

TEST_CASE("a warm outbox allocates nothing") {
  duplex::BufferPool large;
  Outbox outbox(large);
  const auto turn = [&] {
    put(outbox, "some");
    for (int i = 0; i < 20; ++i) put(outbox, "thing", {.droppable = true});
    outbox.sent(outbox.bytes());
  };
  turn();
  CHECK(duplex::testing::allocations_during(turn) == 0);
}
