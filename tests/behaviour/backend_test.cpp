// SPDX-License-Identifier: MIT
// What a server stands on, as its user chooses it.
#include <doctest/doctest.h>

#include <cerrno>
#include <mutex>
#include <string>
#include <thread>

#include "support/raw_client.h"
#include "support/seccomp.h"
#include "support/ws_client.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

/// Starts a server on this thread's terms; what it says of it.
struct Started {
  explicit Started(Backend backend)
      : server({.host = "127.0.0.1",
                .backend = backend,
                .log =
                    [this](const LogRecord& r) {
                      const std::lock_guard lock(mutex);
                      log += std::string(r.text) + "\n";
                    }}),
        result(server.start()) {}
  std::mutex mutex;
  std::string log;
  Server server;
  Result<void> result;
};

}  // namespace

TEST_CASE("R10: a server that asks for io_uring where it is forbidden does not start, and says what to do") {
  std::thread([] {
    if (!refuse_system_call("io_uring_setup", EPERM)) return;
    Started asked(Backend::io_uring);
    CHECK_FALSE(asked.result);
    CHECK(asked.result.error() == std::errc::operation_not_permitted);
    CHECK(asked.server.start_error().find("io_uring cannot be used here") == 0);
    Started epoll(Backend::epoll);
    CHECK(epoll.result);
    CHECK(epoll.log.empty());
    Started automatic(Backend::automatic);
    CHECK(automatic.result);
  }).join();
}
