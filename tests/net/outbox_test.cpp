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
  Slice block = pool.take(SharedBytes::copy(as_bytes("broadcast")));
  one.append(block);
  two.append(block, {.droppable = true});
  block.release();
  pool.end_turn();
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
        Slice block = pool.take(SharedBytes::copy(as_bytes(text)));
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
    pool.end_turn();
  }
  CHECK(pool.in_use() <= 1);  // its own, for the next turn's short ones
}

TEST_CASE("short ones of a turn are one entry for who gets them all, as many as it takes for who does not") {
  LocalBlockPool pool;
  duplex::BufferPool large;
  Outbox all(large), some(large), droppable(large);
  const auto publish = [&](std::string_view text, std::initializer_list<Outbox*> to) {
    Slice slice = pool.take(SharedBytes::copy(as_bytes(text)));
    for (Outbox* outbox : to) outbox->append(slice, {.droppable = outbox == &droppable});
    slice.release();
  };
  publish("one ", {&all, &some, &droppable});
  publish("two ", {&all, &droppable});
  publish("three ", {&all, &some, &droppable});
  put(all, "mine ");
  publish("four", {&all, &some, &droppable});
  CHECK(all.entries() == 3);
  CHECK(some.entries() == 2);  // what it did not get lies between
  CHECK(droppable.entries() == 4);
  CHECK(gathered(all) == "one two three mine four");
  CHECK(gathered(some) == "one three four");
  CHECK(all.bytes() == gathered(all).size());
  all.sent(7);
  CHECK(gathered(all) == " three mine four");
  droppable.drop_oldest_to(10);
  CHECK(gathered(droppable) == "three four");
}

TEST_CASE("who reads slowly keeps the short ones it waits for, not what else was said in later turns") {
  LocalBlockPool pool;
  duplex::BufferPool large;
  Outbox slow(large), quick(large);
  const std::string text(40, 'x');
  for (int turn = 0; turn < 100; ++turn) {
    for (int i = 0; i < 50; ++i) {
      Slice slice = pool.take(SharedBytes::copy(as_bytes(text)));
      quick.append(slice);
      if (i == 0) slow.append(slice);
      slice.release();
    }
    quick.sent(quick.bytes());
    pool.end_turn();
  }
  CHECK(slow.entries() == 100);  // no turn's short ones go on where those of the turn before ended
  CHECK(slow.bytes() == 4'000);
  CHECK(pool.in_use() == 100);
  std::string expected;
  for (int turn = 0; turn < 100; ++turn) expected += text;
  std::string got;
  while (!slow.empty()) {
    const std::string piece = gathered(slow);
    got += piece;
    slow.sent(piece.size());
  }
  CHECK(got == expected);
  CHECK(pool.in_use() == 0);
}

TEST_CASE("who will wait keeps its own bytes, and none of what lay beside them") {
  LocalBlockPool pool;
  duplex::BufferPool large;
  Outbox slow(large);
  const std::string shared(5'000, 's');
  for (const std::string& text : {std::string("one "), std::string("for others"), shared, std::string("two ")}) {
    Slice slice = pool.take(SharedBytes::copy(as_bytes(text)));
    if (text != "for others") slow.append(slice, {.key = text == "two " ? std::uint64_t{7} : 0});
    slice.release();
  }
  slow.sent(1);
  slow.keep_own_copies();
  pool.end_turn();
  CHECK(pool.in_use() == 2);  // the long one's, which is shared as it is, and the pool's own
  CHECK(slow.bytes() == 3 + 5'000 + 4);
  CHECK(slow.drop_key(7).bytes == 4);
  CHECK(gathered(slow) == "ne " + shared);
  put(slow, "end");
  CHECK(gathered(slow) == "ne " + shared + "end");
}

TEST_CASE("short ones of warm turns allocate nothing but what they are made of; long ones are not copied") {
  LocalBlockPool pool;
  duplex::BufferPool large;
  Outbox outbox(large);
  const SharedBytes small = SharedBytes::make(20), big = SharedBytes::make(100'000);
  const auto turn = [&] {
    for (const SharedBytes& bytes : {small, small, big, small}) {
      Slice slice = pool.take(bytes);
      outbox.append(slice);
      slice.release();
    }
    CHECK(outbox.entries() == 3);
    iovec pieces[4];
    std::byte scratch[64];
    CHECK(outbox.gather(pieces, scratch, SIZE_MAX).pieces == 3);
    CHECK(pieces[1].iov_base == big.bytes().data());
    outbox.sent(outbox.bytes());
    pool.end_turn();
  };
  turn();
  CHECK(duplex::testing::allocations_during(turn) == 0);
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
