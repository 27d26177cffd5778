// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_socket.h>

#pragma GCC visibility push(default)

namespace duplex::sio {
/// Why a socket went. It is its reason: a handler may take a std::string_view.
struct Disconnect {
  std::string_view reason;   ///< "transport close", "ping timeout", "client namespace disconnect" … as in Node
  std::string_view details;  ///< more about it, or empty
  operator std::string_view() const noexcept { return reason; }
};

/// A namespace: who may enter it, what its sockets say, and everyone in it. Handlers and middlewares run on the
/// socket's loop, so on several at once. Set them before the server starts; set later, on any thread, they count from
/// the next event or client on. A pattern's child has what its parent has when it comes into being, and then its own.
class Namespace {
 public:
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;

  std::string_view name() const noexcept;  ///< "/admin"

  /// What to do when a client emits `name`: see architecture.md, "a handler names its parameter types".
  template <class F>
  Namespace& on(std::string_view name, F&& handler) {
    return add_handler(name, sio::bind(std::forward<F>(handler)));
  }
  template <class C, class R, class... A>
  Namespace& on(std::string_view name, C* object, R (C::*member)(A...)) {
    return add_handler(name, sio::bind(object, member));
  }
  template <class C, class R, class... A>
  Namespace& on(std::string_view name, const C* object, R (C::*member)(A...) const) {
    return add_handler(name, sio::bind(object, member));
  }
  Namespace& on_connect(Function<void(Socket&)> fn);
  /// It is still in its rooms.
  Namespace& on_disconnecting(Function<void(Socket&, const Disconnect&)> fn);
  Namespace& on_disconnect(Function<void(Socket&, const Disconnect&)> fn);
  /// A socket has entered a room other than its own, by whatever road; it is not told of it. A recovered one enters its
  /// rooms again, before `on_connect`.
  Namespace& on_join_room(Function<void(Socket&, std::string_view room)> fn);
  /// It has left it: after `on_disconnecting`, too.
  Namespace& on_leave_room(Function<void(Socket&, std::string_view room)> fn);
  /// Every event that has no handler.
  Namespace& on_unhandled(Function<void(Socket&, std::string_view name, json::View arguments)> fn);

  /// Decides who may enter, in order: `[](sio::Handshake& hs) { return sio::accept; }`, or later and from any thread:
  /// `[](sio::Handshake& hs, sio::Admit admit) { … }`, whose handshake is borrowed until it returns.
  template <class F>
  Namespace& use(F&& middleware) {
    if constexpr (std::is_invocable_r_v<Admission, F&, Handshake&>) {
      return add_middleware([f = std::forward<F>(middleware)](Handshake& hs, Admit admit) mutable { admit(f(hs)); });
    } else {
      static_assert(std::is_invocable_v<F&, Handshake&, Admit>,
                    "duplex: a Socket.IO middleware is `[](sio::Handshake&) -> sio::Admission` (return sio::accept or "
                    "sio::refuse(\"why\")), or `[](sio::Handshake&, sio::Admit)`");
      if constexpr (std::is_invocable_v<F&, Handshake&, Admit>)
        return add_middleware(std::forward<F>(middleware));
      else
        return *this;
    }
  }

  // Everyone, or a part. Any thread.
  template <class... T>
  void emit(std::string_view name, T&&... values) {
    all().emit(name, std::forward<T>(values)...);
  }
  template <class... T>
  void volatile_emit(std::string_view name, T&&... values) {
    all().volatile_emit(name, std::forward<T>(values)...);
  }
  template <class... T>
  void send(T&&... values) {
    all().emit("message", std::forward<T>(values)...);
  }
  Broadcast to(std::string_view room) { return all().to(room); }
  Broadcast in(std::string_view room) { return all().to(room); }
  Broadcast except(std::string_view room) { return all().except(room); }
  Broadcast local() { return all().local(); }
  Broadcast compress(bool on) { return all().compress(on); }
  Broadcast all();
  void fetch(Function<void(std::vector<RemoteSocket>)> then) { all().fetch(std::move(then)); }
  void join(std::string_view room, Function<void()> done = {}) { all().join(room, std::move(done)); }
  void leave(std::string_view room, Function<void()> done = {}) { all().leave(room, std::move(done)); }
  void disconnect(bool close = false, Function<void()> done = {}) { all().disconnect(close, std::move(done)); }

  /// To the same namespace of the *other* servers, through the adapter; with none, nobody. Any thread.
  template <class... T>
  void server_side_emit(std::string_view name, T&&... values) {
    static_assert(detail::many_receivers<T...>());
    detail::Encoded event(name, values...);
    send_server_side(event.view(), detail::find_waiter<Gather>(values...));
  }
  /// Hears what other servers say so. On any loop.
  Namespace& on_server_side(Function<void(std::string_view name, json::View arguments)> fn);

 protected:
  explicit Namespace(std::shared_ptr<NamespaceCore> core) noexcept : core_(std::move(core)) {}
  ~Namespace() = default;
  std::shared_ptr<NamespaceCore> core_;

 private:
  friend class NamespaceCore;
  friend class Presence;
  Namespace& add_handler(std::string_view name, Bound handler);
  Namespace& add_middleware(Function<void(Handshake&, Admit)> middleware);
  void send_server_side(EventView event, Gather* gather);
};

}  // namespace duplex::sio

#pragma GCC visibility pop
