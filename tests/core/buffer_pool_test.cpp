// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <utility>

#include "core/buffer_pool.h"

namespace {

using duplex::Buffer;
using duplex::BufferPool;
constexpr std::size_t KiB = 1024, MiB = 1024 * KiB;

TEST_CASE("a large buffer that was given back is taken again") {
  BufferPool pool;
  Buffer first = pool.take(MiB + 14);
  CHECK(first.capacity() >= MiB + 14);
  CHECK(first.capacity() <= MiB + MiB / 4);
  first.append(std::string_view("what was in it"));
  const std::byte* const memory = first.data();
  pool.give_back(std::move(first));
  CHECK(pool.spare_bytes() >= MiB);
  Buffer again = pool.take(MiB + 14);
  CHECK(again.empty());
  CHECK(again.prepare(0) == memory);
  CHECK(pool.empty());
}

TEST_CASE("every size finds what was made for it, and nothing that is more than twice as large") {
  for (std::size_t n = BufferPool::smallest; n <= 64 * MiB; n += n / 7) {
    CAPTURE(n);
    BufferPool pool;
    Buffer made = pool.take(n);
    CHECK(made.capacity() >= n);
    CHECK(made.capacity() <= n + n / 4);
    const std::size_t room = made.capacity();
    pool.give_back(std::move(made));
    CHECK(pool.take_spare(room + 1).capacity() == 0);
    CHECK(pool.take_spare(n / 3).capacity() == 0);
    CHECK(pool.take_spare(n).capacity() == room);
  }
}

TEST_CASE("a buffer that was made elsewhere serves for what it surely holds") {
  BufferPool pool;
  Buffer odd;
  odd.prepare(100'000);
  const std::size_t room = odd.capacity();
  pool.give_back(std::move(odd));
  CHECK(pool.spare_bytes() == room);
  CHECK(pool.take_spare(80 * KiB).capacity() == room);
}

TEST_CASE("small ones are not kept, nor are those beyond measure made larger") {
  BufferPool pool;
  pool.give_back(pool.take(1000));
  CHECK(pool.empty());
  CHECK(pool.take_spare(std::size_t{1} << 50).capacity() == 0);
}

TEST_CASE("what nobody wanted since the last trim is freed by the next") {
  BufferPool pool;
  Buffer a = pool.take(MiB), b = pool.take(MiB), c = pool.take(MiB);
  pool.give_back(std::move(a));
  pool.give_back(std::move(b));
  pool.give_back(std::move(c));
  pool.trim();  // all three were in use since the beginning
  CHECK(pool.spare_bytes() == 3 * MiB);
  Buffer one = pool.take(MiB);
  Buffer two = pool.take(MiB);
  pool.give_back(std::move(one));
  pool.give_back(std::move(two));
  pool.trim();
  CHECK(pool.spare_bytes() == 2 * MiB);  // two were wanted at once
  pool.give_back(pool.take(MiB));
  pool.trim();
  CHECK(pool.spare_bytes() == MiB);
  pool.trim();
  CHECK(pool.empty());
}

}  // namespace
