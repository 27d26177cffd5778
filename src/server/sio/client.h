// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>

#include <memory>
#include <vector>

#include "core/one_or_more.h"
#include "protocol/sio/event.h"
#include "protocol/sio/reconstruct.h"
#include "server/eio/session.h"
#include "server/sio/io_core.h"
#include "server/sio/joining.h"

namespace duplex::sio {

/// What Socket.IO knows of one Engine.IO session: which namespaces it is in, and the packet that is half here.
class Client {
 public:
  Client(eio::Session& session, IoLoop& its_loop);
  ~Client();
  static Client* of(eio::Socket& socket) noexcept { return static_cast<Client*>(socket.user()); }

  /// The session has opened: a client of Socket.IO 2 enters the main namespace without asking.
  void opened();
  void receive(ws::Message message);
  /// The session has ended.
  void closed(const eio::CloseReason& why);
  void marked();
  void mark_seen();

  /// Of the connection itself, not of a socket's: neither event nor ack.
  void send(PacketType type, std::string_view nsp, std::string_view payload = {});
  void refuse(std::string_view nsp, std::string_view message, json::View data = json::View(std::string_view()));
  /// A violation of the protocol: the connection is closed ("forced close").
  void fail(std::string_view why);
  void left(ServerSocket& socket, bool by_server);
  /// `disconnect(true)`: all its namespaces, then the connection.
  void disconnect_all();
  /// An ack that nobody waits for; too many of them are an attack.
  void stray_ack();
  void count_refusal();
  void entered(ServerSocket& socket);
  bool closing() const noexcept { return closing_; }
  bool is_legacy() const noexcept { return session.dialect().v3; }

  // What every message needs comes first, so that it lies in one line of the cache.
  eio::Session& session;
  IoLoop& loop;

 private:
  ServerSocket* main_ = nullptr;  // in the namespace "/"
  std::unique_ptr<BinaryAssembler> assembler_;
  bool closing_ = false;

 public:
  OneOrMore<ServerSocket> sockets;
  std::vector<std::unique_ptr<Joining>> joining;
  std::uint64_t joinings = 0;

 private:
  void received_text(std::string_view text);
  void received_other(std::string_view text, bool utf8_known);
  void received_legacy_connect(std::string_view text);
  void received_binary(ConstBytes bytes);
  void received_by(const Parser& parser, ws::Message message);
  void handle(const Packet& packet, std::span<const json::Binary> attachments);
  void connect(const Packet& packet, std::span<const json::Binary> attachments);
  ServerSocket* find(std::string_view nsp) noexcept;
  void stop_timers();

  net::TimerId connect_timer_ = 0, attachments_timer_ = 0;
  std::unique_ptr<std::vector<std::string>>
      dismissed_;  // namespaces that the server left: what was under way to them is dropped
  unsigned refusals_ = 0, strays_ = 0;
  std::chrono::steady_clock::time_point strays_since_{};
};

}  // namespace duplex::sio
