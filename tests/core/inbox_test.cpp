// SPDX-License-Identifier: MIT
#include "core/inbox.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace duplex;

TEST_CASE("what a posted function posts waits for the next drain") {
  Inbox* inbox = Inbox::claim();
  REQUIRE(inbox != nullptr);
  int ran = 0;
  Inbox::post(inbox->slot(), [&] {
    ++ran;
    Inbox::post(inbox->slot(), [&] { ++ran; });
  });
  CHECK_FALSE(inbox->may_sleep());
  inbox->drain();
  CHECK(ran == 1);
  CHECK_FALSE(inbox->empty());
  inbox->drain();
  CHECK(ran == 2);
  CHECK(inbox->may_sleep());
  inbox->woken();
  inbox->release();
}

TEST_CASE("loops come and go while threads post to their slots, and every function is run or dropped once") {
  std::atomic<bool> done = false;
  std::atomic<int> slot = 0;
  const auto owned = std::make_shared<int>(0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (!done) Inbox::post(slot, [owned] {});
    });
  }
  for (int i = 0; i < 300; ++i) {
    Inbox* inbox = Inbox::claim();
    slot = inbox->slot();
    for (int n = 0; n < 10; ++n) {
      if (inbox->may_sleep()) inbox->woken();
      inbox->drain();
    }
    inbox->release();
  }
  done = true;
  for (auto& t : threads) t.join();
  CHECK(owned.use_count() == 1);
}

TEST_CASE("there are 256 inboxes, and no more") {
  std::vector<Inbox*> all;
  while (Inbox* inbox = Inbox::claim()) all.push_back(inbox);
  CHECK(all.size() == 256);
  for (Inbox* inbox : all) inbox->release();
}
