// SPDX-License-Identifier: MIT
#include "app/bench/answer_reader.h"

#include <doctest/doctest.h>

#include "support/allocations.h"
#include "support/hex.h"

using namespace duplex;
using namespace duplex::bench;

namespace {

const std::string hello = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 5\r\n\r\nhello";

}  // namespace

TEST_CASE("answers come out one by one, however they are cut") {
  const std::string three = hello + "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" + hello;
  duplex::testing::for_each_split(as_bytes(three), [](const std::vector<std::vector<std::byte>>& pieces) {
    AnswerReader reader;
    std::vector<std::string> contents;
    std::vector<bool> closes;
    for (const auto& piece : pieces)
      for (ConstBytes bytes = piece; !bytes.empty();)
        if (const auto answer = reader.take(bytes)) {
          CHECK(answer->status == 200);
          contents.emplace_back(as_text(answer->content));
          closes.push_back(answer->closes);
        }
    CHECK(reader.complaint().empty());
    CHECK_FALSE(reader.begun());
    CHECK(contents == std::vector<std::string>{"hello", "", "hello"});
    CHECK(closes == std::vector<bool>{false, true, false});
  });
}

TEST_CASE("of a refusal only the head is waited for, and nothing follows it") {
  AnswerReader reader;
  const std::string_view text = "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n1e\r\n{";
  ConstBytes bytes = as_bytes(text);
  const auto answer = reader.take(bytes);
  REQUIRE(answer);
  CHECK(answer->status == 400);
  CHECK(answer->closes);
  CHECK(bytes.empty());
}

TEST_CASE("what is no answer, or says no length, is complained of") {
  const auto complaint = [](std::string_view text) {
    AnswerReader reader;
    ConstBytes bytes = as_bytes(text);
    CHECK_FALSE(reader.take(bytes));
    return std::string(reader.complaint());
  };
  CHECK(complaint("SSH-2.0-OpenSSH_9.2\r\n\r\n") == "the server does not speak HTTP/1.1");
  CHECK(complaint("HTTP/1.1 200 OK\r\n\r\n") == "the server's answer has no Content-Length");
  CHECK(complaint(std::string(20'000, 'x')) == "the answer's head does not end");
  CHECK(complaint("HTTP/1.1 200 OK\r\n").empty());
}

TEST_CASE("an answer that lies in one read is not copied") {
  AnswerReader reader;
  CHECK(duplex::testing::allocations_during([&] {
          ConstBytes bytes = as_bytes(hello);
          const auto answer = reader.take(bytes);
          CHECK((answer && answer->content.data() == as_bytes(hello).data() + hello.size() - 5));
        }) == 0);
}
