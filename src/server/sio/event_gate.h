// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_socket.h>

#include <memory>
#include <optional>
#include <vector>

#include "net/reactor.h"
#include "server/sio/owned_event.h"

namespace duplex::sio {

class ServerSocket;
struct AdmitState;

/// The middlewares of one socket, and the events that wait for them. One loop's thread.
class EventGate {
 public:
  struct Middleware {  // one of the two
    Function<Admission(const Incoming&)> now;
    Function<void(const Incoming&, Admit)> later;
  };

  bool empty() const noexcept { return middlewares_.empty(); }
  void add(Middleware middleware) { middlewares_.push_back(std::make_unique<Middleware>(std::move(middleware))); }

  /// Does the event pass? If a middleware has not decided when it returns, no: then it is kept, and handled when all
  /// have let it pass.
  bool pass(ServerSocket& socket, std::string_view name, json::View arguments, EventView event,
            std::optional<std::uint64_t> ack);
  /// A decision that came while the middleware was being called; false if there is no such call.
  bool decided_in_call(const AdmitState& about, Admission& admission, bool dropped);
  /// One that came afterwards, from the loop's inbox.
  void decided(ServerSocket& socket, const AdmitState& about, Admission admission, bool dropped);
  /// The socket has gone.
  void clear(net::Reactor& reactor);
  std::size_t waiting() const noexcept { return waiting_.size(); }

 private:
  struct Waiting {
    OwnedEvent event;
    std::optional<std::uint64_t> ack;
    std::uint64_t number;
    std::size_t step, last;  // the middleware that is asked, and how many there were when the event came
    std::size_t bytes;
    net::TimerId timer;
  };
  struct Call {
    std::uint64_t number;
    std::optional<Admission> answer;
    bool dropped = false;
  };
  enum class Verdict : unsigned char { passes, refused, waits };

  Verdict ask(ServerSocket& socket, const Incoming& incoming, std::uint64_t number, std::size_t& step,
              std::size_t last);
  std::optional<Admission> ask_one(Middleware& middleware, ServerSocket& socket, const Incoming& incoming,
                                   std::uint64_t number, std::size_t step);
  std::unique_ptr<Waiting> take(std::uint64_t number);

  std::vector<std::unique_ptr<Middleware>> middlewares_;  // only added to: a call may be under way
  std::vector<std::unique_ptr<Waiting>> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t newest_ = 0;
  Call* call_ = nullptr;
};

/// Where the promises of sockets' middlewares go, on the loop's thread.
bool answer_within_call(const AdmitState& about, Admission& admission, bool dropped);
void event_decided(const AdmitState& about, Admission admission, bool dropped);

}  // namespace duplex::sio
