// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>

#include <atomic>

#include "net/reactor.h"

namespace duplex::eio {

/// What allow_request decided.
struct Decision {
  enum class Kind : unsigned char {
    allowed,
    refused,    ///< 403
    undecided,  ///< 503: too late, or the promise was dropped
    failed,     ///< 500: the hook threw
  } kind;
  std::string message = {};
};

/// What an Admission and the handshake that waits for it share. The first decision counts; it is always acted on later,
/// on the loop.
struct AdmissionState : std::enable_shared_from_this<AdmissionState> {
  AdmissionState(net::Reactor& reactor, std::chrono::milliseconds limit, Function<void(const Decision&)> then);
  void start();                           ///< the clock; loop's thread
  void decide(Decision decision);         ///< Any thread.
  void abandon() noexcept { then = {}; }  ///< the client has gone; loop's thread

  net::Reactor& reactor;  // of use on the loop's thread only
  const int slot;
  const std::chrono::milliseconds limit;
  Function<void(const Decision&)> then;  // loop's thread
  net::TimerId timer = 0;
  bool threw = false;  // loop's thread
  std::atomic<bool> decided{false};
};

}  // namespace duplex::eio
