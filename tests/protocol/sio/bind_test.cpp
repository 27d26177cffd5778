// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <duplex/sio_bind.h>
#include <duplex/task.h>

#include <map>
#include <memory>
#include <ostream>
#include <stdexcept>

#include "support/allocations.h"
#include "support/hex.h"

using namespace duplex;
using namespace std::literals;

// The binder knows sio::Socket by name only: here it is the smallest thing that can be handed on.
namespace duplex::sio {
class Socket {
 public:
  int messages = 0;
};
}  // namespace duplex::sio

namespace {

struct Answers {
  std::string text = "-";
  std::uint64_t to = 0, id = 0;
  std::size_t attachments = 0;
  int count = 0, dropped = 0;
} answers;

constexpr sio::Ack::Answerer answerer = {
    [](std::uint64_t to, std::uint64_t id, std::string_view text, std::span<const json::Binary> attachments) noexcept {
      answers.text = text;
      answers.to = to;
      answers.id = id;
      answers.attachments = attachments.size();
      ++answers.count;
    },
    [](std::uint64_t, std::uint64_t) noexcept { ++answers.dropped; },
};

sio::Socket the_socket;

sio::Refusal call(sio::Bound& handler, std::string_view arguments, std::span<const json::Binary> attachments = {},
                  bool ack = true) {
  static json::Scratch scratch;
  scratch.clear();
  answers = {};
  sio::Arrival in{&the_socket, arguments, attachments, scratch,
                  ack ? sio::Ack::Address{&answerer, 5, 7} : sio::Ack::Address{}};
  return handler(in);
}
template <class F>
sio::Refusal call(F f, std::string_view arguments, std::span<const json::Binary> attachments = {}, bool ack = true) {
  auto bound = sio::bind(std::move(f));
  return call(bound, arguments, attachments, ack);
}
template <class F>
std::string answer(F f, std::string_view arguments, std::span<const json::Binary> attachments = {}) {
  CHECK(!call(std::move(f), arguments, attachments));
  return answers.text;
}

struct Point {
  int x = 0;
  std::optional<double> y;
  std::string name;
  friend void duplex_fields(json::Fields& f, Point& p) { f("x", p.x)("y", p.y)("name", p.name); }
};
int add(int a, int b) { return a + b; }
int add_quietly(int a, int b) noexcept { return a + b; }
struct Chat {
  int base = 100;
  int add(sio::Socket& socket, int n) {
    ++socket.messages;
    return base + n;
  }
  int peek(int n) const { return base - n; }
};
struct Paused {  // a coroutine waits here until the test goes on
  struct Awaiter {
    Paused* paused;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> h) noexcept { paused->waiter = h; }
    void await_resume() const noexcept {}
  };
  // Not an awaiter itself: g++ 12 awaits a copy of one that is captured by reference.
  Awaiter operator co_await() noexcept { return {this}; }
  std::coroutine_handle<> waiter;
};

}  // namespace

TEST_CASE("arguments are decoded into the handler's parameters, and what it returns is the ack") {
  CHECK(answer([](sio::Socket&, int a, std::string_view s) { return std::string(s) + std::to_string(a); },
               R"(42,"hé")") == R"(["hé42"])");
  CHECK(answers.to == 5);
  CHECK(answers.id == 7);
  CHECK(answers.count == 1);
  CHECK(answer([](std::vector<int> v, std::tuple<bool, std::string> t,
                  std::pair<int, int> p) { return std::tuple(v.size(), std::get<1>(t), p); },
               R"([1,2,3],[true,"q"],[4,5])") == R"([[3,"q",[4,5]]])");
  CHECK(answer([](std::map<std::string, int> m) { return m; }, R"({"b":1,"a":2})") == R"([{"a":2,"b":1}])");
  CHECK(answer(
            [](Point p) {
              ++p.x;
              return p;
            },
            R"({"name":"n","zzz":[{}],"x":1})") == R"([{"x":2,"y":null,"name":"n"}])");
  CHECK(answer([](json::View v, std::string_view s) { return std::pair(v, s); }, R"({"deep":[1,"]",{}]} , "a\"b")") ==
        R"([[{"deep":[1,"]",{}]},"a\"b"]])");
  CHECK(answer([] {}, "") == "-");
  CHECK(answer([](const std::string& s) { return s.size(); }, R"("abc")") == "[3]");
}

TEST_CASE("functions, function objects and members are handlers too") {
  CHECK(answer(add, "1, 2") == "[3]");
  CHECK(answer(&add_quietly, "1,2") == "[3]");
  CHECK(answer([p = std::make_unique<int>(3)](int a) mutable { return a + *p; }, "1") == "[4]");
  Chat chat;
  auto member = sio::bind(&chat, &Chat::add);
  CHECK(!call(member, "5"));
  CHECK(answers.text == "[105]");
  CHECK(the_socket.messages > 0);
  auto constant = sio::bind(&chat, &Chat::peek);
  CHECK(!call(constant, "5"));
  CHECK(answers.text == "[95]");
}

TEST_CASE("an argument that does not fit is refused with its index, and the handler is not called") {
  bool called = false;
  const auto refused = [&](auto handler, std::string_view arguments, Errc why, unsigned index) {
    const auto refusal = call(handler, arguments);
    CHECK(refusal.why == why);
    CHECK(refusal.index == index);
    CHECK(answers.count == 0);
    CHECK(answers.dropped == 0);
  };
  refused([&](int, int) { called = true; }, "1", Errc::missing_argument, 1);
  refused([&](int) { called = true; }, "", Errc::missing_argument, 0);
  refused([&](int, int) { called = true; }, R"(1,"x")", Errc::bad_argument, 1);
  refused([&](unsigned char) { called = true; }, "256", Errc::out_of_range, 0);
  refused([&](Point) { called = true; }, R"({"x":1})", Errc::missing_argument, 0);
  refused([&](std::string, sio::Ack) { called = true; }, "1", Errc::bad_argument, 0);
  CHECK(!called);
}

TEST_CASE("a missing argument is fine for an optional, and extra ones are ignored") {
  const auto f = [](int a, std::optional<int> b) { return a + b.value_or(10); };
  CHECK(answer(f, "1") == "[11]");
  CHECK(answer(f, "1,null") == "[11]");
  CHECK(answer(f, "1,2") == "[3]");
  CHECK(answer(f, "1,2,[3]") == "[3]");
}

TEST_CASE("binaries reach the handler, and come back in the ack") {
  const auto bytes = duplex::testing::hex("010203");
  const json::Binary attachments[] = {bytes};
  CHECK(answer([](std::span<const std::byte> b, int n) { return b.size() + static_cast<std::size_t>(n); },
               R"({"_placeholder":true,"num":0},1)", attachments) == "[4]");
  CHECK(answer([](std::vector<std::byte> b) { return b; }, R"({"_placeholder":true,"num":0})", attachments) ==
        R"([{"_placeholder":true,"num":0}])");
  CHECK(answers.attachments == 1);
  CHECK(answer([](json::View v) { return v; }, R"({"f":{"_placeholder":true,"num":0}})", attachments) ==
        R"([{"f":{"_placeholder":true,"num":0}}])");
  CHECK(answers.attachments == 1);
  CHECK(call([](std::span<const std::byte>) {}, R"({"_placeholder":true,"num":5})", attachments).why ==
        Errc::bad_argument);
}

TEST_CASE("a void handler sends no ack, as in JavaScript, and nothing is reported") {
  CHECK(answer([](int) {}, "1") == "-");
  CHECK(answers.dropped == 0);
}

TEST_CASE("a handler that returns answers only if it was asked") {
  CHECK(!call([] { return 1; }, "", {}, false));
  CHECK(answers.count == 0);
}

TEST_CASE("a Result answers with its value, or with the error's text") {
  CHECK(answer([]() -> Result<int> { return 5; }, "") == "[5]");
  CHECK(answer([]() -> Result<void> { return {}; }, "") == "[]");
  const std::string text = make_error_code(Errc::timeout).message();
  CHECK(answer([]() -> Result<int> { return Errc::timeout; }, "") == R"([{"error":")" + text + "\"}]");
  CHECK(answer([]() -> Result<void> { return Errc::timeout; }, "") == R"([{"error":")" + text + "\"}]");
}

TEST_CASE("an Ack is answered later, once") {
  sio::Ack kept;
  CHECK(answer([&](sio::Socket&, int, sio::Ack ack) { kept = std::move(ack); }, "1") == "-");
  CHECK(kept);
  kept(1, "two");
  CHECK(answers.text == R"([1,"two"])");
  CHECK(!kept);
  kept(2);
  CHECK(answers.count == 1);
  sio::Ack none;
  none(1);
  CHECK(answers.count == 1);
}

TEST_CASE("an Ack that is dropped unanswered is reported") {
  CHECK(!call([](sio::Ack) {}, ""));
  CHECK(answers.dropped == 1);
  CHECK(answers.count == 0);
  CHECK(!call([](sio::Ack ack) { ack.forget(); }, ""));
  CHECK(answers.dropped == 0);
  CHECK(!call([](sio::Ack ack) { CHECK(!ack); }, "", {}, false));
  CHECK(answers.dropped == 0);
}

TEST_CASE("an Ack is small") { CHECK(sizeof(sio::Ack) == 24); }

TEST_CASE("a coroutine answers when it returns") {
  Paused gate;
  // A coroutine uses its captures as long as it runs: the handler stays bound, as it does in a namespace.
  auto handler = sio::bind([&gate](std::string name) -> Task<std::string> {
    co_await gate;
    co_return "report of " + name;
  });
  CHECK(!call(handler, R"("x")"));
  CHECK(answers.text == "-");
  gate.waiter.resume();
  CHECK(answers.text == R"(["report of x"])");
  CHECK(answer([]() -> Task<int> { co_return 1; }, "") == "[1]");
  CHECK(answer([]() -> Task<Result<int>> { co_return Errc::timeout; }, "").starts_with(R"([{"error":)"));
  CHECK(answer([]() -> Task<> { co_return; }, "") == "-");
  CHECK(answers.dropped == 0);
}

TEST_CASE("tasks await tasks, and an exception drops the ack") {
  const auto inner = [](int n) -> Task<int> {
    if (n < 0) throw std::runtime_error("negative");
    co_return n * 2;
  };
  const auto outer = [&inner](int n) -> Task<int> { co_return co_await inner(n) + 1; };
  CHECK(answer(outer, "4") == "[9]");
  CHECK(answer(outer, "-4") == "-");
  CHECK(answers.dropped == 1);
}

TEST_CASE("an exception of a handler passes through the binder") {
  CHECK_THROWS_AS((void)call([](int) { throw std::runtime_error("x"); }, "1"), std::runtime_error);
}

TEST_CASE("from the packet's bytes to the handler, and back to its ack, nothing is allocated") {
  std::size_t got = 0;
  auto handler = sio::bind([&got](sio::Socket&, std::string_view s, int n, json::View v, std::optional<int>) {
    got += static_cast<std::size_t>(n) + s.size() + v.text().size();
    return "an answer that is longer than a small string";
  });
  json::Scratch scratch;
  const auto arrive = [&] {
    scratch.clear();
    answers.text.reserve(100);
    sio::Arrival in{&the_socket, R"("room\n",1,{"a":1})", {}, scratch, {&answerer, 1, 2}};
    CHECK(!handler(in));
  };
  arrive();
  CHECK(duplex::testing::allocations_during([&] {
          for (int i = 0; i < 1000; ++i) arrive();
        }) == 0);
  CHECK(got == 1001 * 13);
}

TEST_CASE("an argument that is known to be the only one is read as any other") {
  const auto call_with_one = [](auto f, std::string_view argument) {
    json::Scratch scratch;
    auto bound = sio::bind(std::move(f));
    sio::Arrival in{&the_socket, argument, {}, scratch, {}, true};
    return bound(in);
  };
  const std::string_view list = R"([ {"a":[1,2]} , "b" ])";
  std::string seen;
  CHECK_FALSE(call_with_one([&](json::View all) { seen = all.text(); }, list));
  CHECK(seen == list);
  CHECK_FALSE(call_with_one([&](std::optional<json::View> all) { seen = all->text(); }, list));
  CHECK(seen == list);
  CHECK_FALSE(call_with_one(
      [&](sio::Rest rest) { seen = std::to_string(rest.values.size()) + std::string(rest.values[0].text()); }, list));
  CHECK(seen == "1" + std::string(list));
  CHECK_FALSE(call_with_one(
      [&](std::vector<json::View> each) { seen = std::string(each[0].text()) + "|" + std::string(each[1].text()); },
      list));
  CHECK(seen == R"({"a":[1,2]}|"b")");
  CHECK_FALSE(call_with_one(
      [&](std::tuple<std::map<std::string, json::View>, json::View> both) { seen = std::get<0>(both)["a"].text(); },
      list));
  CHECK(seen == "[1,2]");
  CHECK(call_with_one([&](json::View, json::View) {}, list).why == Errc::missing_argument);
  CHECK(call_with_one([&](json::View, json::View) {}, list).index == 1);
  CHECK_FALSE(
      call_with_one([&](json::View, std::optional<json::View> second) { seen = second ? "two" : "one"; }, list));
  CHECK(seen == "one");
}
