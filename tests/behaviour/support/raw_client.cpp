// SPDX-License-Identifier: MIT
#include "behaviour/support/raw_client.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "conformance/socket_pipe.h"

namespace behaviour {

using conformance::Frame;
using conformance::Pipe;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string name(Delivery delivery) {
  switch (delivery) {
    case Delivery::whole:
      return "whole";
    case Delivery::byte_by_byte:
      return "byte by byte";
    case Delivery::coalesced:
      break;
  }
  return "coalesced";
}

RawClient::RawClient(int port) : pipe_(conformance::tcp_pipes("127.0.0.1", port)()) {
  if (!pipe_) throw std::runtime_error("the server under test does not accept");
}

// A write to a server that has already refused us may fail: what it answered is still there to be read.
void RawClient::send(std::string_view bytes) { pipe_->write(bytes); }

void RawClient::send_by_byte(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (!pipe_->write(bytes.substr(i, 1))) return;
  }
}

bool RawClient::receive(steady_clock::time_point deadline) {
  if (ended_) return false;
  auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
  auto read = pipe_->read(received_, std::max(left, milliseconds(0)));
  if (read == Pipe::Read::closed) ended_ = true;
  return read == Pipe::Read::bytes;
}

Answer RawClient::answer() {
  auto deadline = steady_clock::now() + patience;
  std::size_t end;
  while ((end = received_.find("\r\n\r\n")) == received_.npos) {
    if (!receive(deadline)) return {};
  }
  Answer answer{.head = received_.substr(0, end + 4)};
  received_.erase(0, end + 4);
  if (answer.head.starts_with("HTTP/1.1 ")) answer.status = std::atoi(answer.head.c_str() + 9);
  auto lower = answer.head;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto at = lower.find("\r\ncontent-length:");
  auto length = at == lower.npos ? 0U : std::strtoul(lower.c_str() + at + 17, nullptr, 10);
  while (received_.size() < length && receive(deadline)) {
  }
  answer.body = received_.substr(0, length);
  received_.erase(0, length);
  return answer;
}

std::optional<Frame> RawClient::frame(milliseconds limit) {
  auto deadline = steady_clock::now() + limit;
  for (;;) {
    reader_.input() += received_;
    received_.clear();
    if (auto frame = reader_.next()) return frame;
    if (!frame_error().empty() || !receive(deadline)) return std::nullopt;
  }
}

bool RawClient::reaches_end(milliseconds limit) {
  auto deadline = steady_clock::now() + limit;
  while (receive(deadline)) {
  }
  return ended_;
}

std::size_t Ended::count(conformance::Opcode opcode) const {
  return static_cast<std::size_t>(
      std::count_if(frames.begin(), frames.end(), [&](const Frame& frame) { return frame.opcode == opcode; }));
}

std::string upgrade(std::string_view path, std::string_view more) {
  return "GET " + std::string(path) +
         " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         std::string(more) + "\r\n";
}

Ended play_frames(int port, std::string_view script, Delivery delivery, std::string_view after, std::string_view path) {
  RawClient client(port);
  Ended ended;
  if (delivery == Delivery::coalesced) {
    client.send(upgrade(path) + std::string(script) + std::string(after));
    ended.status = client.answer().status;
  } else {
    client.send(upgrade(path));
    ended.status = client.answer().status;
    if (delivery == Delivery::whole) {
      client.send(script);
    } else {
      client.send_by_byte(script);
    }
    client.send(after);
  }
  while (auto frame = client.frame()) {
    if (frame->opcode != conformance::close) {
      ended.frames.push_back(std::move(*frame));
      continue;
    }
    ended.code = 1005;
    if (frame->payload.size() >= 2) {
      ended.code = static_cast<unsigned char>(frame->payload[0]) << 8 | static_cast<unsigned char>(frame->payload[1]);
    }
    break;
  }
  ended.dropped = client.reaches_end() && client.received().empty() && client.frame_error().empty();
  return ended;
}

}  // namespace behaviour
