// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/log.h"
#include "net/connect.h"
#include "net/memory_backend.h"
#include "net/support.h"
#include "net/tls_client_context.h"
#include "net/tls_loop.h"

namespace duplex::net::testing {

/// A loop in memory that connects, what came of it, and what it logged.
struct ConnectingLoop {
  Recorder owner;
  std::vector<Connected> results;
  std::vector<std::string> log;
  MemoryLoop loop;

  ConnectingLoop()
      : loop([this] {
          ReactorOptions options;
          options.log = std::make_shared<Log>([this](const LogRecord& r) { log.emplace_back(r.text); });
          return options;
        }()) {}

  ConnectId connect(Endpoint to, ConnectOptions options = {}) {
    return loop.reactor().connect(std::move(to), std::move(options), [this](Connected came) {
      if (came.stream != nullptr) {
        came.stream->set_owner(&owner);
        owner.stream = came.stream;
      }
      results.push_back(std::move(came));
    });
  }
  /// The one result, which is an error: its line.
  std::string why() const {
    REQUIRE(results.size() == 1);
    REQUIRE(results[0].stream == nullptr);
    return results[0].why;
  }
};

/// Carries bytes between a connection that one loop in memory makes and another one that accepts it, at most `piece` at
/// a time, until nothing moves.
class Wire {
 public:
  Wire(MemoryLoop& from, MemoryLoop& to) : from_(from), to_(to) {
    from_.run();
    near_ = from_.backend().accept_dialled();
    REQUIRE_FALSE(near_.closed());
    far_ = to_.connect();
  }
  void carry(std::size_t piece = SIZE_MAX) {
    for (bool moved = true; moved;) {
      moved = pass(near_, far_, piece);
      to_.run();
      moved = pass(far_, near_, piece) || moved;
      from_.run();
    }
  }
  MemoryPeer& near() { return near_; }
  MemoryPeer& far() { return far_; }

 private:
  static bool pass(MemoryPeer& a, MemoryPeer& b, std::size_t piece) {
    const std::string bytes = a.read(piece);
    if (!bytes.empty()) b.write(bytes);
    if (bytes.empty() && a.ended() && !b.closed()) b.finish();
    return !bytes.empty();
  }
  MemoryLoop &from_, &to_;
  MemoryPeer near_, far_;
};

inline std::shared_ptr<const TlsClientContext> trusting(std::string ca) {
  TlsClientOptions options;
  options.ca = std::move(ca);
  auto loaded = TlsClientContext::load(options);
  REQUIRE(loaded.error == "");
  return loaded.context;
}

inline std::shared_ptr<TlsContext> showing(TlsCertificate certificate) {
  TlsOptions options;
  options.certificates.push_back(std::move(certificate));
  auto loaded = TlsContext::load(std::move(options));
  REQUIRE(loaded.error == "");
  return loaded.context;
}

}  // namespace duplex::net::testing
