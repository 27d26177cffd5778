// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>

#include <duplex/sio_event.h>

#pragma GCC visibility push(default)

namespace duplex::sio {
class NamespaceCore;
class Broadcast;

/// Which sockets of a namespace: those in any of the rooms (all of them if there is none) less those in an exception.
/// A value; names are packed one after the other, so that a few short ones cost no allocation.
class Selection {
 public:
  void add_room(std::string_view name) { add('+', name); }
  void add_exception(std::string_view name) { add('-', name); }
  bool everyone() const noexcept { return rooms_ + exceptions_ == 0; }
  bool has_rooms() const noexcept { return rooms_ != 0; }
  unsigned rooms() const noexcept { return rooms_; }
  unsigned exceptions() const noexcept { return exceptions_; }
  /// Calls `visit(name)` for each room.
  template <class F>
  void each_room(F&& visit) const {
    each('+', visit);
  }
  template <class F>
  void each_exception(F&& visit) const {
    each('-', visit);
  }
  friend bool operator==(const Selection& a, const Selection& b) noexcept { return a.packed() == b.packed(); }

 private:
  void add(char kind, std::string_view name);
  template <class F>
  void each(char kind, F& visit) const {
    const std::string_view all = packed();
    for (std::size_t at = 0; at < all.size();) {
      std::size_t size = 0;
      const std::size_t begin = parse(all, at, size);
      if (all[at] == kind) visit(all.substr(begin, size));
      at = begin + size;
    }
  }
  static std::size_t parse(std::string_view packed, std::size_t at, std::size_t& size) noexcept;
  void append(std::string_view bytes);
  std::string_view packed() const noexcept {
    return long_.empty() ? std::string_view(short_, short_size_) : std::string_view(long_);
  }

  // Kind, size in one byte (or 0xFF and four), name; and so on. A socket's id and a room fit in place.
  static constexpr std::size_t short_capacity = 63;
  char short_[short_capacity] = {};
  std::uint8_t short_size_ = 0;
  std::string long_;
  unsigned rooms_ = 0, exceptions_ = 0;
};

/// How an event is sent.
struct Flags {
  bool is_volatile = false;  ///< dropped for whoever cannot take it now; never recovered
  bool local = false;        ///< on this server only
  bool compress = true;
};

/// Another view of a socket, wherever it is: what was so when it was fetched. Its methods act on the socket as it is
/// now.
class RemoteSocket {
 public:
  std::string id;
  std::vector<std::string> rooms;
  json::Text data;       ///< the socket's `data()`
  json::Text handshake;  ///< headers, time, address, xdomain, secure, issued, url, query, auth: as Node has them

  template <class... T>
  void emit(std::string_view name, const T&... values) const;
  void join(std::string_view room) const;
  void leave(std::string_view room) const;
  void disconnect(bool close = false) const;

 private:
  friend class NamespaceCore;
  std::shared_ptr<NamespaceCore> core_;
};

/// Who is reached, and how: a value, that may be kept, copied and used again. Any thread.
///
///     io.to("lobby").except("muted").volatile_emit("tick", 42);
///     const auto team = socket.to("red").to("blue");     // all but the socket
///     team.emit("hello", socket.id());
class Broadcast {
 public:
  Broadcast to(std::string_view room) const& { return Broadcast(*this).to(room); }
  Broadcast to(std::string_view room) && { return selection_.add_room(room), std::move(*this); }
  Broadcast in(std::string_view room) const& { return to(room); }
  Broadcast in(std::string_view room) && { return std::move(*this).to(room); }
  Broadcast except(std::string_view room) const& { return Broadcast(*this).except(room); }
  Broadcast except(std::string_view room) && { return selection_.add_exception(room), std::move(*this); }
  Broadcast local() const {
    return with([](Flags& f) { f.local = true; });
  }
  Broadcast compress(bool on) const {
    return with([on](Flags& f) { f.compress = on; });
  }

  /// Values as json::write takes them; last, `sio::gather(limit, then)` if answers are wanted.
  template <class... T>
  void emit(std::string_view name, T&&... values) const {
    send(name, flags_, values...);
  }
  /// Dropped for whoever cannot take it now.
  template <class... T>
  void volatile_emit(std::string_view name, T&&... values) const {
    Flags flags = flags_;
    flags.is_volatile = true;
    send(name, flags, values...);
  }

  /// Those sockets enter the room; `done` runs when all have, on this loop, or on the server's first.
  void join(std::string_view room, Function<void()> done = {}) const;
  void leave(std::string_view room, Function<void()> done = {}) const;
  /// As `Socket::disconnect`, for all of them.
  void disconnect(bool close = false, Function<void()> done = {}) const;
  /// What those sockets are; `then` runs on this loop, or on the server's first.
  void fetch(Function<void(std::vector<RemoteSocket>)> then) const;

  explicit Broadcast(std::shared_ptr<NamespaceCore> core) noexcept : core_(std::move(core)) {}

 private:
  template <class F>
  Broadcast with(F&& change) const {
    Broadcast copy(*this);
    change(copy.flags_);
    return copy;
  }
  template <class... T>
  void send(std::string_view name, const Flags& flags, T&... values) const {
    static_assert(detail::many_receivers<T...>());
    detail::Encoded event(name, values...);
    send_event(event.view(), flags, detail::find_waiter<Gather>(values...));
  }
  void send_event(EventView event, const Flags& flags, Gather* gather) const;

  std::shared_ptr<NamespaceCore> core_;
  Selection selection_;
  Flags flags_;
};

namespace detail {
Broadcast broadcast_to(const std::shared_ptr<NamespaceCore>& core, std::string_view room);
}
template <class... T>
void RemoteSocket::emit(std::string_view name, const T&... values) const {
  detail::broadcast_to(core_, id).emit(name, values...);
}

}  // namespace duplex::sio

#pragma GCC visibility pop
