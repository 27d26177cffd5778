// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_broadcast.h>

#pragma GCC visibility push(default)

namespace duplex::eio {
class Socket;
class RequestInfo;
}  // namespace duplex::eio

namespace duplex::sio {
class Namespace;
class Socket;
class ServerSocket;

/// A storable name for a socket: 64 bits, safe to keep and to use from any thread. It may be stale, never wrong.
class Handle : public HandleOf<Socket> {
 public:
  using HandleOf::HandleOf;
  /// Any thread. On the socket's own loop the result is exact; elsewhere it is `queued`.
  template <class... T>
  Sent emit(std::string_view name, const T&... values) const {
    static_assert((!detail::is_waiter<T> && ...),
                  "duplex: await answers through with([](sio::Socket& socket) { socket.emit(...); })");
    detail::Encoded event(name, values...);
    return send_event(event.view());
  }
  void disconnect(bool close = false) const;  ///< Any thread.
  /// Any thread: runs on the socket's loop, or is dropped when the socket has gone.
  void with(Function<void(Socket&)> fn) const;

 private:
  Sent send_event(EventView event) const;
};

/// How a client introduced itself. Borrowed until the handler returns.
class Handshake {
 public:
  Handshake(const Handshake&) = delete;
  Handshake& operator=(const Handshake&) = delete;

  std::string_view nsp() const noexcept { return nsp_; }               ///< the namespace it asks for
  std::optional<std::string_view> auth(std::string_view field) const;  ///< a string field of the client's `auth`
  json::View auth() const noexcept;                                    ///< all of it: an object
  std::string_view header(std::string_view name) const noexcept;       ///< empty when absent
  std::optional<std::string> query(std::string_view name) const;       ///< decoded
  std::string_view url() const noexcept;
  std::string_view address() const noexcept;  ///< the peer's, without the port
  bool secure() const noexcept;               ///< over TLS
  bool cross_domain() const noexcept;         ///< it has an Origin
  std::chrono::system_clock::time_point time() const noexcept;
  /// The request that opened the connection.
  const eio::RequestInfo& request() const noexcept { return *request_; }
  /// All of it, as Node's `socket.handshake`: headers, time, address, xdomain, secure, issued, url, query, auth.
  json::Text json() const;

  /// What the socket will have as its `data()`, if it is let in: who it is, for example.
  template <class T>
  void set_data(const T& value) {
    put_data(json::text_of(value));
  }

 private:
  friend class ServerSocket;
  friend struct Joining;
  friend class IoLoop;
  struct Details;
  Handshake(Handshake&&) noexcept;
  /// `nsp` is the namespace's own name.
  Handshake(std::shared_ptr<const eio::RequestInfo> request, std::string_view nsp, std::string_view auth);
  ~Handshake();
  void put_data(json::Text data);
  const json::Text& data() const noexcept;
  Details& details() const;

  std::shared_ptr<const eio::RequestInfo> request_;
  std::string_view nsp_;
  mutable std::unique_ptr<Details> details_;  // what a client that says nothing of itself has not: auth, data
};

/// An event before its handlers, for `Socket::use`.
struct Incoming {
  Socket& socket;
  std::string_view name;
  json::View arguments;  ///< an array
};

/// What a middleware decides.
class [[nodiscard]] Admission {
 public:
  Admission() noexcept = default;
  explicit Admission(std::string why, json::Text data = {}) noexcept
      : why_(std::move(why)), data_(std::move(data)), refused_(true) {}
  explicit operator bool() const noexcept { return !refused_; }
  const std::string& why() const noexcept { return why_; }
  const json::Text& data() const noexcept { return data_; }  ///< null: none

 private:
  std::string why_;
  json::Text data_;
  bool refused_ = false;
};
inline const Admission accept{};
inline Admission refuse(std::string why) { return Admission(std::move(why)); }
/// The client finds `data` in its error's `data`.
template <class T>
Admission refuse(std::string why, const T& data) {
  return Admission(std::move(why), json::text_of(data));
}

struct AdmitState;

/// A promise to decide about a client, or about an event. Move-only, any thread. The first decision counts; none within
/// `Options::middleware_timeout` is a refusal, and so is a promise that was dropped, which the log tells.
class Admit {
 public:
  explicit Admit(std::shared_ptr<AdmitState> state) noexcept : state_(std::move(state)) {}
  Admit(Admit&&) noexcept = default;
  Admit& operator=(Admit&& o) noexcept {
    std::swap(state_, o.state_);
    return *this;
  }
  ~Admit();
  void operator()(Admission admission);  ///< `admit(sio::accept)`, `admit(sio::refuse("not authorised"))`

 private:
  void decide(Admission admission, bool dropped);
  std::shared_ptr<AdmitState> state_;
};

/// Names a listener, to take it away again.
using ListenerId = std::uint32_t;
using AnyListener = Function<void(std::string_view name, json::View arguments)>;

/// A client in a namespace. A reference is good until the handler returns; `handle()` is what you keep.
class Socket {
 public:
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  std::string_view id() const noexcept;  ///< 20 characters; a room of that name holds this socket alone
  bool connected() const noexcept;
  bool recovered() const noexcept;  ///< it came back: rooms, data and what it missed are there again
  Handle handle() const noexcept;
  const Handshake& handshake() const noexcept;
  Namespace& nsp() const noexcept;
  eio::Socket* connection() const noexcept;  ///< what lies below; null once it is disconnected

  /// Values as json::write takes them; last, `sio::within(limit, then)` if an answer is wanted.
  /// `ok`, `queued`: the client is slow, `dropped`: the name is reserved, `closed`: it has gone.
  template <class... T>
  Sent emit(std::string_view name, T&&... values) {
    static_assert(detail::one_receiver<T...>());
    detail::Encoded event(name, values...);
    return send_event(event.view(), {}, detail::find_waiter<Within>(values...));
  }
  /// `emit("message", …)`, as JavaScript's `send`.
  template <class... T>
  Sent send(T&&... values) {
    return emit("message", std::forward<T>(values)...);
  }
  /// `dropped` if the client cannot take it now.
  template <class... T>
  Sent volatile_emit(std::string_view name, T&&... values) {
    static_assert(detail::one_receiver<T...>());
    detail::Encoded event(name, values...);
    return send_event(event.view(), {.is_volatile = true}, detail::find_waiter<Within>(values...));
  }
  /// As `emit`, by these flags: `socket.emit_with({.compress = false}, "blob", bytes)`.
  template <class... T>
  Sent emit_with(Flags flags, std::string_view name, T&&... values) {
    static_assert(detail::one_receiver<T...>());
    detail::Encoded event(name, values...);
    return send_event(event.view(), flags, detail::find_waiter<Within>(values...));
  }

  void join(std::string_view room);
  void leave(std::string_view room);
  std::vector<std::string_view> rooms() const;  ///< its own id first; borrowed until they change
  bool in_room(std::string_view room) const;
  Broadcast to(std::string_view room) const;  ///< all in the room but this socket
  Broadcast in(std::string_view room) const { return to(room); }
  Broadcast except(std::string_view room) const;  ///< all in the namespace but this socket and those in the room
  Broadcast broadcast() const;                    ///< all in the namespace but this socket
  Broadcast local() const { return broadcast().local(); }

  /// `disconnect` at the client, which does not come back by itself; `close` ends the connection, with all its
  /// namespaces.
  void disconnect(bool close = false);

  /// One value of yours, as JSON: it is what `fetch` shows, and is recovered with the session.
  /// `socket.set_data(User{…})`
  template <class T>
  void set_data(const T& value) {
    put_data(json::text_of(value));
  }
  json::View data() const noexcept;  ///< `socket.data().as<User>()`; null if there is none

  /// For code ported from JavaScript; handlers belong to the namespace (`io.on`), a socket that has none pays nothing.
  template <class F>
  ListenerId on(std::string_view name, F&& handler) {
    return add_handler(name, sio::bind(std::forward<F>(handler)), false);
  }
  template <class F>
  ListenerId once(std::string_view name, F&& handler) {
    return add_handler(name, sio::bind(std::forward<F>(handler)), true);
  }
  void off(std::string_view name);  ///< all of the socket's own handlers of that name
  void off(ListenerId listener);
  ListenerId on_any(AnyListener fn);  ///< before the handlers of every event
  ListenerId prepend_any(AnyListener fn);
  void off_any();
  ListenerId on_any_outgoing(AnyListener fn);  ///< every event that is sent to this socket, by broadcast too
  ListenerId prepend_any_outgoing(AnyListener fn);
  void off_any_outgoing();
  /// Decides about every event before its handlers, in order: `[](const sio::Incoming& in) { return sio::accept; }`, or
  /// later and from any thread: `[](const sio::Incoming& in, sio::Admit admit) { … }`, whose event is borrowed until it
  /// returns. While one event waits the next ones go on, as in Node: they may reach their handlers before it. A refused
  /// one reaches none, and is not answered.
  template <class F>
  void use(F&& middleware) {
    if constexpr (std::is_invocable_r_v<Admission, F&, const Incoming&>) {
      add_middleware(Function<Admission(const Incoming&)>(std::forward<F>(middleware)));
    } else {
      static_assert(std::is_invocable_v<F&, const Incoming&, Admit>,
                    "duplex: a socket's middleware is `[](const sio::Incoming&) -> sio::Admission` (return sio::accept "
                    "or sio::refuse(\"why\")), or `[](const sio::Incoming&, sio::Admit)`");
      if constexpr (std::is_invocable_v<F&, const Incoming&, Admit>)
        add_middleware(Function<void(const Incoming&, Admit)>(std::forward<F>(middleware)));
    }
  }
  /// Hears what `use` refused; with none, the log does.
  void on_error(Function<void(std::string_view why)> fn);

 protected:
  Socket() = default;
  ~Socket() = default;

 private:
  Sent send_event(EventView event, const Flags& flags, Within* within);
  ListenerId add_handler(std::string_view name, Bound handler, bool once);
  void put_data(json::Text data);
  void add_middleware(Function<Admission(const Incoming&)> middleware);
  void add_middleware(Function<void(const Incoming&, Admit)> middleware);
};

}  // namespace duplex::sio

#pragma GCC visibility pop
