// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>

#include "net/reactor.h"
#include "protocol/eio/packet.h"
#include "server/eio/dialect.h"
#include "server/eio/outgoing.h"
#include "server/eio/polling.h"
#include "server/eio/shared_packet.h"
#include "server/eio/sid.h"

namespace duplex::ws {
class WsConnection;
}

namespace duplex::eio {

class EngineLoop;

/// An Engine.IO session: what the public `eio::Socket` is behind. It lives on one loop, whatever loops its requests
/// come in on, and stays the same when polling becomes a WebSocket. One loop's thread, except where said.
class Session final : public Socket {
 public:
  static Session& of(Socket& socket) noexcept { return static_cast<Session&>(socket); }
  static const Session& of(const Socket& socket) noexcept { return static_cast<const Session&>(socket); }

  // -- for the layer above -------------------------------------------------------------------------------------------
  std::string_view sid() const noexcept { return {sid_.data(), sid_.size()}; }
  std::uint64_t bits() const noexcept { return bits_; }
  Sent send_message(ws::Message message, SendOptions options);
  /// A text message that already begins with its type, '4': saves a copy.
  Sent send_packet(std::string_view packet, SendOptions options);
  /// The same in two parts, neither of them empty.
  Sent send_packet(std::string_view head, std::string_view rest, SendOptions options);
  /// One that was encoded once for many. All of it or, if it is droppable, nothing.
  Sent send_shared(LoopPacket& packet, SendOptions options);
  /// Closes after everything that waits has left; with `discard`, at once. on_close hears "forced close", perhaps
  /// before this returns.
  void close_session(bool discard);
  /// Ends it at once: `reason` and `details` are what on_close hears.
  void end(std::string_view reason, std::string_view details);
  net::Reactor& reactor() const noexcept;
  EngineLoop& loop() const noexcept { return loop_; }
  /// Loop time at which the newest packet of the peer's came.
  std::chrono::steady_clock::time_point last_heard() const noexcept { return last_heard_; }
  /// The session of these handle bits on the calling thread's loop, or null.
  static Session* find(std::uint64_t bits) noexcept;

  // -- between the parts of Engine.IO --------------------------------------------------------------------------------
  Session(EngineLoop& loop, const Sid& sid, Transport transport, Dialect dialect,
          std::shared_ptr<const RequestInfo> handshake);
  ~Session();
  void set_bits(std::uint64_t bits) noexcept { bits_ = bits; }
  /// The answer to a polling handshake: the open packet; then `opened`.
  void answer_handshake(http::Reply& reply);
  void opened();

  void on_poll(SessionRequest& request, http::Reply reply);
  void on_post(SessionRequest& request, http::Reply reply);
  /// The end of a turn in which something was sent: answers the poll that waits.
  void flush_poll();
  /// The upload that was under way was broken off by the client.
  void upload_aborted();
  void upload_begun();
  void upload_ended() noexcept { uploads_ = static_cast<std::uint8_t>(uploads_ - (uploads_ > 0 ? 1 : 0)); }

  void on_websocket_open(ws::WsConnection& socket);
  void on_websocket_message(ws::WsConnection& socket, ws::Message message);
  void on_websocket_drain(ws::WsConnection& socket);
  void on_websocket_error(ws::WsConnection& socket, const ws::Error& error);
  void on_websocket_close(ws::WsConnection& socket, ws::Close close);

  bool is_closed() const noexcept { return state_ == State::closed; }
  bool is_open_now() const noexcept { return state_ == State::open; }
  bool can_take() const noexcept;
  std::size_t waiting_bytes() const noexcept;
  Transport transport_now() const noexcept { return transport_; }
  Dialect dialect() const noexcept { return dialect_; }
  const std::shared_ptr<const RequestInfo>& handshake_info() const noexcept { return handshake_; }
  bool is_reading_upload() const noexcept { return in_upload_; }
  const RequestInfo* request_now() const { return upload_ && in_upload_ ? &upload_->info.get() : nullptr; }
  /// True once: the session's first answer carries the initial headers.
  bool take_first_answer() noexcept { return !std::exchange(answered_, true); }

 private:
  enum class State : unsigned char { open, closing, closed };

  // session.cpp
  Sent queue(PacketType type, bool binary, std::string_view data, bool compress);
  Sent queued();
  Outgoing& outgoing();
  Sent make_room();
  Sent result() const noexcept;
  void deliver(ws::Message message);
  bool received(const Packet& packet);
  void write_open(Buffer& out) const;
  void claim();
  void drained();
  void mark();
  void mark_seen();
  template <class F>
  void guarded(F&& handler);
  [[gnu::cold]] void handler_threw(const char* thrown);

  // heartbeat.cpp
  void schedule_ping();
  void send_ping();
  void pong_overdue();
  void received_pong();
  void expect_ping();
  void ping_overdue();
  void received_ping();

  // session_polling.cpp
  void answer_poll(std::string_view payload, v3::Form form, bool compress);
  void answer_poll(std::initializer_list<PacketType> packets);
  void poll_gone(std::uint64_t number);
  void read_upload();
  template <class Reader>
  void read_packets(Reader reader);
  void read_upload_later();
  void finish_upload();

  // session_websocket.cpp
  void attach(ws::WsConnection& socket);        // a WebSocket handshake: it is the transport
  void attach_probe(ws::WsConnection& socket);  // a WebSocket that may become it
  Sent send_frame_now(std::string_view packet, SendOptions options);
  Sent send_bytes_now(ConstBytes bytes, SendOptions options);
  void received_on_probe(ws::Message message);
  void check_probe();
  void check_probe_later();
  void drop_probe();
  void upgrade();
  void flush_to_websocket();
  void let_go(ws::WsConnection*& socket);

  void cancel(net::TimerId& timer);

  // What every message needs comes first, so that it lies in one line of the cache, two at most.
  EngineLoop& loop_;
  ws::WsConnection* ws_ = nullptr;
  std::chrono::steady_clock::time_point last_heard_;
  State state_ = State::open;
  const Dialect dialect_;
  bool in_upload_ = false;  // read_upload is on the stack
  Transport transport_;
  bool answered_ = false;   // the first answer has been given
  bool opened_ = false;     // on_open was called, so on_close is due
  bool unclaimed_ = false;  // opened by polling, and nothing came since
  bool awaiting_pong_ = false;
  bool marked_ = false;       // there is a mark that the peer has not reached
  bool probed_ = false;       // the probe was answered: the client is about to switch
  bool flush_due_ = false;    // at the end of this turn
  bool drain_due_ = false;    // something waited: on_drain is owed
  bool parting_ = false;      // the client closed it, and no poll was open
  std::uint8_t uploads_ = 0;  // POSTs whose bodies are on their way
  const Sid sid_;
  std::uint64_t bits_ = 0;
  std::shared_ptr<const RequestInfo> handshake_;
  ws::WsConnection* probe_ = nullptr;
  std::unique_ptr<PendingPoll> poll_;  // a WebSocket never has one
  std::unique_ptr<Upload> upload_;
  Outgoing waiting_;
  net::TimerId heartbeat_ = 0, claim_timer_ = 0, close_timer_ = 0, probe_timer_ = 0, noop_timer_ = 0;
  std::chrono::steady_clock::time_point ping_due_{}, ping_sent_{};
};

}  // namespace duplex::eio
