// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_socket.h>

#include <array>
#include <memory>
#include <unordered_map>

#include "core/room_index.h"
#include "net/reactor.h"
#include "protocol/sio/event.h"

namespace duplex::sio {

class Client;
class EncodedPacket;
class IoLoop;
class LocalNamespace;
struct SocketListeners;

/// A client in one namespace: what handlers see as sio::Socket. Lies in its loop's slab; freed when the turn in which
/// it was disconnected has ended. What only some sockets need is made when first needed.
class ServerSocket final : public Socket, public RoomMember {
 public:
  static constexpr std::size_t id_size = 20;  // Node's sharded adapter takes rooms of that length for private ones

  explicit ServerSocket(Handshake&& handshake) noexcept;
  ~ServerSocket();
  static ServerSocket& of(Socket& socket) noexcept { return static_cast<ServerSocket&>(socket); }
  static const ServerSocket& of(const Socket& socket) noexcept { return static_cast<const ServerSocket&>(socket); }
  static ServerSocket& of_member(RoomMember& member) noexcept { return static_cast<ServerSocket&>(member); }

  std::string_view sid() const noexcept {
    return id.front() != '\0' ? std::string_view(id.data(), id.size()) : std::string_view(extras_->legacy_id);
  }
  std::uint64_t bits() const noexcept { return bits_; }
  IoLoop& loop() const noexcept;

  // -- its life (server_socket.cpp)
  void disconnect_from_server(bool close);
  void disconnect_now(bool close);  ///< without waiting for what is put in order elsewhere
  /// Leaves the namespace; its handlers hear why. `keep`: it may come back.
  void leave_namespace(std::string_view reason, std::string_view details, bool keep);

  // -- its rooms (server_socket.cpp)
  void enter_room(std::string_view room);
  bool enter_quietly(std::string_view room);  ///< without telling handlers; false: it was there already
  void tell_joined(std::string_view room);
  void leave_room(std::string_view room);
  template <class F>
  void each_room_name(F&& visit) const {
    if (in_own_room) visit(sid());
    each_room([&](const Room& room) { visit(std::string_view(room.name())); });
  }

  // -- what arrives (dispatch.cpp)
  void received_event(std::string_view payload, std::span<const json::Binary> attachments,
                      std::optional<std::uint64_t> ack);
  void received_event(const EventParts& event, std::span<const json::Binary> attachments,
                      const std::optional<std::uint64_t>& ack);

  /// It has passed the socket's middlewares.
  void handle_event(const EventParts& event, std::span<const json::Binary> attachments,
                    std::optional<std::uint64_t> ack);

  // -- what leaves (sending.cpp)
  Sent send(EventView event, const Flags& flags, Within* within);
  Sent send_any(EventView event, const Flags& flags, Within* within);
  /// A packet of this socket's, in the order of everything that its namespace sends.
  Sent send_in_order(const EncodedPacket& packet, const Flags& flags);
  void tell_outgoing(std::string_view event, std::span<const json::Binary> attachments);

  // -- answers (acks.cpp)
  void received_ack(std::uint64_t id, std::string_view payload, std::span<const json::Binary> attachments);
  bool expect(std::uint64_t id, Within&& within);
  void expire(std::uint64_t id);
  void fail_pending();
  static const Ack::Answerer answerer;

  Client* client = nullptr;  ///< null: it has left
  LocalNamespace* local = nullptr;
  struct Extras;

 private:  // with the two before, it is what every event needs: in one line of the cache
  std::unique_ptr<Extras> extras_;
  std::uint64_t bits_ = 0;

 public:
  Handshake handshake_;
  std::array<char, id_size> id{};  ///< of zeros: it has a legacy id
  std::uint32_t slot = 0;
  std::uint32_t stamp = 0;     ///< of the newest broadcast that considered it
  std::uint32_t position = 0;  ///< in its namespace's list
  bool in_own_room = true;
  bool was_recovered = false;
  bool fenced = false;  ///< another connection has taken its session over

  struct Pending {
    Function<void(Result<Answer>)> then;
    net::TimerId timer;
  };
  struct Continuity {  ///< with recovery
    std::string pid;
    std::uint64_t marked = 0;  ///< everything up to here was sent before the newest mark
    std::uint64_t floor = 0;   ///< everything up to here has arrived
  };
  struct Extras {
    Extras();
    ~Extras();
    std::unique_ptr<SocketListeners> listeners;
    std::unordered_map<std::uint64_t, Pending> pending;
    Continuity continuity;
    std::string legacy_id;  ///< a client of Socket.IO 2 knows its own: Engine.IO's, with its namespace before it
  };
  Extras& extras();
  Extras* extras_if_any() const noexcept { return extras_.get(); }
  SocketListeners& listeners();
  SocketListeners* listeners_if_any() const noexcept { return extras_ ? extras_->listeners.get() : nullptr; }
  void set_legacy_id(std::string its_id) { extras().legacy_id = std::move(its_id); }
  void set_bits(std::uint64_t bits) noexcept { bits_ = bits; }
  void set_data_text(json::Text data) { handshake_.put_data(std::move(data)); }
  const json::Text& data_text() const noexcept { return handshake_.data(); }

 private:
  void tell_left(std::string_view room);
  bool passes(const EventParts& event, std::span<const json::Binary> attachments,
              const std::optional<std::uint64_t>& ack);
  bool tell_own(const EventParts& event, Arrival& arrival);
  bool leaving_ = false;
};

}  // namespace duplex::sio
