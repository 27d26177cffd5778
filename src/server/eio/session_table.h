// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include "core/slab.h"
#include "server/eio/session.h"
#include "server/eio/sid_index.h"

namespace duplex::eio {

/// The sessions of one loop, of all its engines: found by the id that the client knows, and by handle. The loop's
/// thread.
class SessionTable {
 public:
  explicit SessionTable(net::Reactor& reactor);
  ~SessionTable();
  SessionTable(const SessionTable&) = delete;
  SessionTable& operator=(const SessionTable&) = delete;

  Session& create(EngineLoop& loop, Transport transport, Dialect dialect, std::shared_ptr<const RequestInfo> handshake);
  Session* find(std::string_view sid) noexcept;
  Session* find(std::uint64_t bits) noexcept;
  /// The id finds it no longer; the object stays until `destroy`.
  void forget(const Session& session) noexcept;
  void destroy(std::uint64_t bits);
  template <class F>
  void for_each(F&& f) {
    slab_.for_each([&](Session& session, std::uint32_t) { f(session); });
  }
  /// The table of the calling thread's loop, or null.
  static SessionTable* here() noexcept;

 private:
  net::Reactor& reactor_;
  SidSource ids_;
  Slab<Session> slab_;
  SidIndex by_sid_;
};

}  // namespace duplex::eio
