// SPDX-License-Identifier: MIT
#include "eio.h"

#include <algorithm>

namespace duplex::testing {

eio::Handlers eio_telling(EioTold& told, bool echo) {
  eio::Handlers handlers;
  handlers.on_open = [&told](eio::Socket& socket) {
    ++told.opened;
    told.newest = socket.handle();
  };
  handlers.on_message = [&told, echo](eio::Socket& socket, ws::Message message) {
    if (echo)
      socket.send(message);
    else
      told.messages.emplace_back(message.text());
  };
  handlers.on_upgrade = [&told](eio::Socket&) { ++told.upgraded; };
  handlers.on_close = [&told](eio::Socket&, const eio::CloseReason& why) {
    ++told.closed;
    told.reasons.emplace_back(why.reason);
    told.details.emplace_back(why.details);
  };
  handlers.on_mark = [&told](eio::Socket&) { ++told.marks; };
  handlers.on_mark_seen = [&told](eio::Socket&) { ++told.marks_seen; };
  return handlers;
}

HttpAnswer parse_answer(std::string_view bytes) {
  HttpAnswer answer;
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos || bytes.size() < 12) return answer;
  answer.status = std::stoi(std::string(bytes.substr(9, 3)));
  answer.head = bytes.substr(0, end + 2);
  answer.body = bytes.substr(end + 4);
  return answer;
}

std::string http_request(std::string_view method, std::string_view target, std::string_view body,
                         std::string_view more) {
  std::string text(method);
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(more);
  if (method == "POST" || method == "PUT") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text.append("\r\n").append(body);
}

std::string EioServer::open() {
  const HttpAnswer answer = ask("GET", eio_polling);
  REQUIRE(answer.status == 200);
  const std::size_t at = answer.body.find("\"sid\":\"");
  REQUIRE(at != std::string::npos);
  return answer.body.substr(at + 7, 24);
}

net::MemoryPeer EioServer::start_poll(std::string_view sid) {
  net::MemoryPeer peer = server.connect();
  peer.write(http_request("GET", url(sid)));
  server.run();
  return peer;
}

std::size_t EioServer::largest_slice_of(std::size_t messages) {
  std::size_t largest = 0;
  for (int turns = 0; told.messages.size() < messages && turns < 2'000; ++turns) {
    const std::size_t before = told.messages.size();
    server.reactor().turn();
    largest = std::max(largest, told.messages.size() - before);
  }
  return largest;
}

}  // namespace duplex::testing
