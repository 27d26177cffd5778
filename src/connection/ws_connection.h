// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "connection/ws_endpoint.h"
#include "net/stream.h"

namespace duplex {
class RoomMember;
}

namespace duplex::ws {

/// A WebSocket on a stream, in either role: where the codec meets the bytes. It is the `ws::Socket` that handlers see.
/// Lies in its stream's room, and ends itself when the stream is gone. An idle one holds no buffers, and there may be a
/// million of them: what is the same for all is the endpoint's; what a message needs until it is all there is the
/// decoder's; what only some connections need (rooms, user data, a compressor of its own …) lies in `Extras`, which is
/// made when first needed.
class WsConnection final : public Socket, public net::StreamOwner {
 public:
  /// What was agreed in the handshake.
  struct Agreed {
    std::optional<DeflateAgreement> deflate = {};
    std::string_view protocol = {};
  };
  /// Takes the stream over, tells `on_open`, then reads `unread`: what came behind the handshake in the same packet.
  static void open(net::Stream& stream, WsEndpoint& endpoint, const Agreed& agreed, const http::Request* request,
                   Bytes unread, void* user = nullptr);

  Sent send_message(Message message, SendOptions options);
  /// A short text, in two parts, if there is nothing to think of: no limit is near, nothing is compressed or dropped.
  /// False: it is not sent, and `send_message` is for it.
  bool send_short(std::string_view head, std::string_view rest);
  /// A frame that was encoded once for many: `size` is the message's. The overflow policy is the room's, or the
  /// endpoint's.
  Sent send_frame(const net::Slice& frame, SendOptions options, Overflow policy, bool compressed);
  void send_ping(ConstBytes payload);
  void run(Function<void(Socket&)>& fn);  ///< guarded like a handler
  void start_closing(std::uint16_t code, std::string_view reason);
  void terminate_now();

  net::Stream& stream() const noexcept { return net::Stream::around(this); }
  WsEndpoint& endpoint() const noexcept { return endpoint_; }
  bool is_open() const noexcept { return state_ == State::open; }
  /// The agreed compression for what we send, if any.
  const DeflateAgreement* deflate() const noexcept;
  RoomMember& room_member();
  std::uint64_t dropped() const noexcept;
  std::string_view protocol() const noexcept;
  std::optional<std::chrono::microseconds> round_trip() const noexcept;
  void put_data(void* value, const void* type, void (*destroy)(void*) noexcept);
  void* get_data(const void* type) const noexcept;
  void* user() const noexcept;  ///< of whoever made the endpoint: a session, for Engine.IO
  void set_user(void* user);

  static WsConnection& of(Socket& socket) noexcept { return static_cast<WsConnection&>(socket); }
  /// Whose membership this is. Precondition: it is a WebSocket's.
  static WsConnection& of_member(const RoomMember& member) noexcept;
  static const WsConnection& of(const Socket& socket) noexcept { return static_cast<const WsConnection&>(socket); }

 private:
  struct Extras;
  /// The extras, if there are any. As long as there are none, one pointer of the user's lies in their place: all that
  /// Engine.IO needs.
  class ExtrasOrUser {
   public:
    ExtrasOrUser() noexcept = default;
    ExtrasOrUser(const ExtrasOrUser&) = delete;
    ExtrasOrUser& operator=(const ExtrasOrUser&) = delete;
    ~ExtrasOrUser();
    explicit operator bool() const noexcept { return (bits_ & is_extras) != 0; }
    Extras* operator->() const noexcept { return reinterpret_cast<Extras*>(bits_ & ~is_extras); }
    Extras& make(WsConnection& connection);
    void* user() const noexcept;
    void set_user(void* user, WsConnection& connection);

   private:
    static constexpr std::uintptr_t is_extras = 1;  // no object of ours lies at an odd address
    std::uintptr_t bits_ = 0;
  };
  enum class State : std::uint8_t {
    open,
    closing,  ///< we sent Close and wait for the peer's
    ending,   ///< nothing more is read or sent; the stream closes
  };

  explicit WsConnection(WsEndpoint& endpoint);
  ~WsConnection();

  // net::StreamOwner
  void on_bytes(Bytes bytes) override;
  Bytes input_room() override { return unfinished_.input_room(); }
  void on_end() override;
  void on_drain() override;
  void on_deadline() override;
  void on_closed(net::CloseCause cause) override;

  void read_messages(MessageDecoder& decoder);
  void received_message(const Incoming& incoming);
  void received_ping(ConstBytes payload);
  void received_pong(ConstBytes payload);
  void received_close(const CloseFrame& frame);
  bool control_frames_too_fast();
  void fail(Errc error);
  void fail_with(const Error& error);
  void finish(std::uint16_t code, std::string_view reason);
  void watch();
  bool fits(std::size_t bytes, Overflow policy) const noexcept;
  bool make_room(std::size_t bytes, SendOptions options, Overflow policy, Sent& result);
  void sent_frame(std::size_t bytes, bool compressed) noexcept;
  Sent queued_or_ok() noexcept;
  Sent send_any(Message message, SendOptions options);
  template <class F>
  void guarded(const std::string& what, F&& handler);
  void handler_threw(const std::string& what, std::string_view thrown);
  Extras& extras();
  net::Reactor& reactor() const noexcept { return endpoint_.loop.reactor(); }
  std::chrono::milliseconds since(std::uint32_t tick) const noexcept;
  std::uint32_t tick() const noexcept;  ///< loop time in milliseconds, wrapping after 49 days: only differences count

  WsEndpoint& endpoint_;
  ExtrasOrUser extras_;
  UnfinishedMessage unfinished_;
  std::uint32_t heard_;               // tick of the newest bytes
  std::uint32_t round_trip_us_ = 0;   // of our newest answered ping; 0: none yet
  std::uint16_t control_second_ = 0;  // the newest with a control frame of the peer; wraps after 18 hours
  std::uint8_t control_count_ = 0;    // in this second
  std::uint8_t control_seconds_ = 0;  // seconds in a row with too many
  std::uint16_t close_code_ = 1006;
  State state_ = State::open;
  bool ping_out_ : 1 = false;  // a ping of ours is unanswered
  bool opened_ : 1 = false;    // on_open was called, so on_close is due
};

}  // namespace duplex::ws
