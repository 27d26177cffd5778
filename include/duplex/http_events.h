// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <duplex/handle.h>
#include <duplex/ws.h>

namespace duplex::http {

/// What is sent to an EventSource (WHATWG HTML section 9.2). Views: copied when sent.
struct Event {
  std::string_view data;                                ///< any text, of any number of lines
  std::string_view name = {};                           ///< the listener's; empty: "message"
  std::string_view id = {};                             ///< comes back as Last-Event-ID; an EventFeed gives its own
  std::optional<std::chrono::milliseconds> retry = {};  ///< how long the client waits before it connects anew
  std::uint64_t key = 0;  ///< latest_per_key: a newer event of this key replaces one that waits
};

struct EventStreamOptions {
  std::chrono::milliseconds heartbeat{15'000};  ///< a comment after such a silence, for proxies; 0: none
  std::size_t hard_limit = 1024 * 1024;         ///< bytes that may wait for a slow client; then `overflow`
  /// As for a WebSocket; `disconnect` closes the stream: the client connects anew and says what it had last.
  ws::Overflow overflow = ws::Overflow::disconnect;
};

/// The name of an open event stream: 64 bits, copyable, kept for as long as you like; it may be stale, never wrong.
///     server.get("/clock", [&](http::Request&, http::Response& res) { clock.add(res.event_stream()); });
class EventStream : public HandleOf<EventStream> {
 public:
  using HandleOf::HandleOf;
  /// Any thread. On the stream's own loop the result is exact; elsewhere it is `queued`. An event whose name or id
  /// holds a line end is `dropped`.
  Sent send(const Event& event) const;
  void close() const;  ///< Any thread. The client will connect anew; answer 204 to stop it.
  /// The Last-Event-ID that the client came with; empty if none, or off the stream's loop.
  std::string last_event_id() const;
};

struct EventFeedOptions {
  std::size_t history = 1000;               ///< events kept for clients that come back
  std::size_t history_bytes = 1024 * 1024;  ///< and at most so many bytes of them
};

/// Sends each event to all who are connected, and to those who come back what they missed. Any thread.
class EventFeed {
 public:
  explicit EventFeed(EventFeedOptions options = {});
  EventFeed(EventFeed&&) noexcept;
  EventFeed& operator=(EventFeed&&) noexcept;
  ~EventFeed();

  enum class Joined : unsigned char {
    fresh,    ///< it had nothing before: it gets what comes
    resumed,  ///< it got what it missed
    gap,      ///< what it had last is not in the history: it got all of that, and may lack what was before
  };
  /// In the handler that opened the stream.
  Joined add(EventStream stream);
  void send(Event event);       ///< with an id of the feed's
  std::size_t streams() const;  ///< about: those that have gone are counted until the next send

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duplex::http
