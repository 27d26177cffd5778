// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio.h>

#include <atomic>
#include <memory>

#include "net/reactor.h"

namespace duplex::sio {

class Client;
class NamespaceCore;
struct Restored;

/// Where a middleware's decision goes.
struct AdmitState {
  enum class About : unsigned char { client, event } about = About::client;
  std::atomic<bool> decided{false};
  int slot = 0;              // of the loop
  std::uint64_t owner = 0;   // the session that is joining, or the socket that sent the event
  std::uint64_t number = 0;  // which joining, or which event
  std::size_t step = 0;      // which middleware
};

/// A client on its way into a namespace: its middlewares are asked one after the other, then recovery.
struct Joining {
  Joining(Client& its_client, std::shared_ptr<NamespaceCore> its_core, std::uint64_t its_number,
          std::shared_ptr<const eio::RequestInfo> request, std::string_view auth);
  ~Joining();

  /// Goes on until something must be waited for.
  void proceed();
  void decided(std::size_t step, Admission admission, bool dropped);
  /// Recovery's answer: null or what the session was.
  void enter(const Restored* restored);
  void refuse(const Admission& admission);
  /// Its client has gone.
  void abandon();

  Client& client;
  std::shared_ptr<NamespaceCore> core;
  const std::uint64_t number;
  Handshake handshake;

 private:
  void ask_recovery();
  void tell_dropped();
  void finish();  // takes itself off the client's list; destroyed when the turn ends

  std::size_t step_ = 0;
  bool calling_ = false, answered_ = false, dropped_ = false, recovery_asked_ = false, finished_ = false;
  Admission answer_;
  net::TimerId timer_ = 0;
};

/// Finds it again, on its loop's thread.
Joining* find_joining(std::uint64_t session, std::uint64_t number);

}  // namespace duplex::sio
