// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/duplex.h>

#include <memory>
#include <string>
#include <vector>

#include "net/memory_backend.h"
#include "server/server_impl.h"

namespace duplex::testing {

/// A whole server in memory: no kernel, no thread, and time that passes only when a test says so.
class MemoryServer {
 public:
  explicit MemoryServer(ServerOptions options = {}) {
    auto backend = std::make_unique<net::MemoryBackend>();
    backend_ = backend.get();
    if (!options.log) options.log = [this](const LogRecord& record) { log_.emplace_back(record.text); };
    std::vector<std::unique_ptr<net::Backend>> backends;
    backends.push_back(std::move(backend));
    server_ = ServerAccess::over(std::move(options), std::move(backends));
  }

  Server& operator*() noexcept { return *server_; }
  Server* operator->() noexcept { return server_.get(); }
  net::MemoryBackend& backend() noexcept { return *backend_; }
  net::Reactor& reactor() noexcept { return ServerAccess::impl(*server_).loops.front()->http.reactor; }
  const std::vector<std::string>& log() const noexcept { return log_; }
  bool logged(std::string_view text) const {
    for (const std::string& line : log_)
      if (line.find(text) != std::string::npos) return true;
    return false;
  }

  /// A client; starts the server if that has not happened.
  net::MemoryPeer connect() {
    (void)server_->start();
    net::MemoryPeer peer = backend_->connect();
    run();
    return peer;
  }
  /// Ends the server now, while what its handlers refer to still stands.
  void destroy() {
    delete server_.get();  // handlers may ask for the server while it is being destroyed
    (void)server_.release();
  }
  void run() { net::MemoryLoop::run(*backend_, reactor()); }
  void advance(std::chrono::milliseconds by) { net::MemoryLoop::advance(*backend_, reactor(), by); }
  /// Sends and returns what came back.
  std::string ask(net::MemoryPeer& peer, std::string_view bytes) {
    peer.write(bytes);
    run();
    return peer.read();
  }

 private:
  std::vector<std::string> log_;
  net::MemoryBackend* backend_ = nullptr;
  std::unique_ptr<Server> server_;
};

}  // namespace duplex::testing
