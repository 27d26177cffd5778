// SPDX-License-Identifier: MIT
#include "behaviour/support/http_checks.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "behaviour/support/raw_client.h"
#include "behaviour/support/test_server.h"

namespace behaviour {
namespace {

constexpr std::string_view good_request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

void deliver(RawClient& client, std::string_view request, Delivery delivery) {
  switch (delivery) {
    case Delivery::whole:
      return client.send(request);
    case Delivery::byte_by_byte:
      return client.send_by_byte(request);
    case Delivery::coalesced:
      return client.send(std::string(request) + std::string(good_request));
  }
}

}  // namespace

void check_refused(const std::vector<int>& statuses, std::string_view request) {
  for (auto delivery : deliveries) {
    CAPTURE(name(delivery));
    CAPTURE(request.substr(0, 300));
    RawClient client(server_port());
    deliver(client, request, delivery);
    auto answer = client.answer();
    CAPTURE(answer.status);
    CHECK(std::find(statuses.begin(), statuses.end(), answer.status) != statuses.end());
    CHECK(client.reaches_end());
    CHECK(client.received() == "");
  }
}

void check_served(int status, std::string_view request, std::string_view body) {
  for (auto delivery : deliveries) {
    CAPTURE(name(delivery));
    CAPTURE(request.substr(0, 300));
    RawClient client(server_port());
    deliver(client, request, delivery);
    if (delivery != Delivery::coalesced) client.send(good_request);
    auto answer = client.answer();
    CHECK(answer.status == status);
    CHECK(answer.body == body);
    CHECK(client.answer().body == "hello");
  }
}

std::string check_upgrade(int status, std::string_view request) {
  std::string head;
  for (auto delivery : {Delivery::whole, Delivery::byte_by_byte}) {
    CAPTURE(name(delivery));
    CAPTURE(request.substr(0, 300));
    RawClient client(server_port());
    deliver(client, request, delivery);
    auto answer = client.answer();
    CHECK(answer.status == status);
    head = answer.head;
  }
  return head;
}

std::string get(std::string_view lines, std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(lines) + "\r\n";
}

std::string post(std::string_view lines, std::string_view body) {
  return "POST /echo HTTP/1.1\r\nHost: localhost\r\n" + std::string(lines) + "\r\n" + std::string(body);
}

std::string times(std::size_t count, std::string_view text) {
  std::string all;
  all.reserve(count * text.size());
  while (count-- > 0) all += text;
  return all;
}

}  // namespace behaviour
