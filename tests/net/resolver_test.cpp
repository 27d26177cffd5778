// SPDX-License-Identifier: MIT
#include "net/resolver.h"

#include <doctest/doctest.h>

#include <future>
#include <thread>

using namespace duplex;
using namespace duplex::net;

namespace {

std::vector<std::string> hosts(const std::vector<Address>& addresses) {
  std::vector<std::string> list;
  for (const Address& address : addresses) list.push_back(address.host);
  return list;
}

}  // namespace

TEST_CASE("names are looked up on another thread, however many at once") {
  struct Answer {
    Resolved found;
    std::thread::id thread;
  };
  std::vector<std::promise<Answer>> promises(50);
  for (auto& promise : promises)
    resolve("127.1", 443, [&promise](Resolved found) { promise.set_value({found, std::this_thread::get_id()}); });
  for (auto& promise : promises) {
    auto answer = promise.get_future();
    REQUIRE(answer.wait_for(std::chrono::seconds(10)) == std::future_status::ready);
    const Answer got = answer.get();
    CHECK(got.found.error == "");
    CHECK(hosts(got.found.addresses) == std::vector<std::string>{"127.0.0.1"});
    CHECK(got.found.addresses[0].port == 443);
    CHECK(got.thread != std::this_thread::get_id());
  }
}

TEST_CASE("the families are tried by turns, the system's first choice first") {
  const auto mixed = [](const std::vector<std::string>& given) {
    std::vector<Address> addresses;
    for (const std::string& host : given) addresses.push_back(*Address::parse(host, 80));
    return hosts(interleave(addresses));
  };
  using Hosts = std::vector<std::string>;
  CHECK(mixed({}) == Hosts{});
  CHECK(mixed({"::1", "::2", "::3", "1.1.1.1", "2.2.2.2"}) == Hosts{"::1", "1.1.1.1", "::2", "2.2.2.2", "::3"});
  CHECK(mixed({"1.1.1.1", "::1", "2.2.2.2"}) == Hosts{"1.1.1.1", "::1", "2.2.2.2"});
  CHECK(mixed({"1.1.1.1", "2.2.2.2"}) == Hosts{"1.1.1.1", "2.2.2.2"});
}
