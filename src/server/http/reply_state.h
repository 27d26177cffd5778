// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <memory>
#include <mutex>

#include "server/http/exchange.h"

namespace duplex::http {

/// An answer that comes later: shared by the Reply that the user holds and the connection that waits for it.
/// Counted, because either may go first, on different threads. Only the loop's thread touches `connection`.
struct ReplyState {
  explicit ReplyState(HttpConnection& waiting, ResponseHead started);

  /// One that nobody waits for: what it is told goes nowhere.
  static ReplyState* for_nobody(HttpConnection& instead_of);

  void retain() noexcept { holders_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  const int slot;              ///< of the loop
  HttpConnection* connection;  ///< null once the client has gone
  ResponseHead head;           ///< until it is sent it belongs to the Reply
  bool sent = false;           ///< likewise
  Etag etags = Etag::off;      ///< of the body that is sent
  /// What the client says that it has: a copy, for the request will be gone.
  struct Has {
    std::string if_none_match, if_modified_since, cache_control;
  };
  std::unique_ptr<const Has> has;
  Function<void()> on_gone;  ///< loop's thread
  bool gone = false;         ///< loop's thread

  void send(std::string_view body);  ///< Any thread.
  void lend_head();                  ///< on the loop, a head that was used before: so that it need not allocate
  bool on_its_loop() const noexcept;
  void deliver(std::string_view body);
  void client_gone();
  static void tell(Function<void()>& fn);

 private:
  std::atomic<int> holders_{2};
};

}  // namespace duplex::http
