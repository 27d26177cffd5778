// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/duplex.h>

#include <memory>
#include <string>
#include <vector>

#include "net/memory_backend.h"
#include "server/server_impl.h"

namespace duplex::testing {

/// A whole server in memory: no kernel, no thread, and time that passes only when a test says so. Its loops take turns
/// on the test's thread, which itself is none of theirs.
class MemoryServer {
 public:
  explicit MemoryServer(ServerOptions options = {}, std::size_t loops = 1) {
    if (!options.log) options.log = [this](const LogRecord& record) { log_.emplace_back(record.text); };
    std::vector<std::unique_ptr<net::Backend>> backends;
    while (backends.size() < loops) {
      auto backend = std::make_unique<net::MemoryBackend>();
      backends_.push_back(backend.get());
      backends.push_back(std::move(backend));
    }
    server_ = ServerAccess::over(std::move(options), std::move(backends));
  }

  Server& operator*() noexcept { return *server_; }
  Server* operator->() noexcept { return server_.get(); }
  net::MemoryBackend& backend(std::size_t loop = 0) noexcept { return *backends_[loop]; }
  net::Reactor& reactor(std::size_t loop = 0) noexcept {
    return ServerAccess::impl(*server_).loops[loop]->http.reactor;
  }
  const std::vector<std::string>& log() const noexcept { return log_; }
  bool logged(std::string_view text) const {
    for (const std::string& line : log_)
      if (line.find(text) != std::string::npos) return true;
    return false;
  }

  /// A client; starts the server if that has not happened.
  net::MemoryPeer connect(std::size_t loop = 0) {
    (void)server_->start();
    net::MemoryPeer peer = backend(loop).connect();
    run();
    return peer;
  }
  /// Ends the server now, while what its handlers refer to still stands.
  void destroy() {
    delete server_.get();  // handlers may ask for the server while it is being destroyed
    (void)server_.release();
  }
  /// Until no loop has anything to do: what one does may be work for another.
  void run() {
    do {
      for (std::size_t i = 0; i < backends_.size(); ++i) net::MemoryLoop::run(backend(i), reactor(i));
    } while (has_work());
  }
  void advance(std::chrono::milliseconds by) {
    for (std::size_t i = 0; i < backends_.size(); ++i) net::MemoryLoop::advance(backend(i), reactor(i), by);
    run();
  }
  /// Sends and returns what came back.
  std::string ask(net::MemoryPeer& peer, std::string_view bytes) {
    peer.write(bytes);
    run();
    return peer.read();
  }

 private:
  std::vector<std::string> log_;
  bool has_work() {
    for (std::size_t i = 0; i < backends_.size(); ++i)
      if (reactor(i).has_work()) return true;
    return false;
  }
  std::vector<net::MemoryBackend*> backends_;
  std::unique_ptr<Server> server_;
};

}  // namespace duplex::testing
