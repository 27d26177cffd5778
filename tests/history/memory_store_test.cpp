// SPDX-License-Identifier: MIT
#include "history/memory_store.h"

#include "support/history_store_contract.h"

using namespace duplex;
using namespace duplex::testing;

TEST_CASE("a store in memory") {
  check_history_store([] { return std::make_unique<history::MemoryStore>(); });
}
