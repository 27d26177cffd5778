// SPDX-License-Identifier: MIT
#pragma once
#include <sys/epoll.h>

#include <memory>
#include <vector>

#include "net/backend.h"

namespace duplex::net {

/// The kernel, through epoll: edge-triggered for streams, level-triggered for listeners.
class EpollBackend : public Backend {
 public:
  static Result<std::unique_ptr<Backend>> make();
  ~EpollBackend() override;

  TimePoint now() noexcept override { return std::chrono::steady_clock::now(); }
  std::span<const Event> wait(std::chrono::milliseconds timeout) override;
  void wake_through(int descriptor) override;
  Result<int> listen(Address& address, const ListenOptions& options) override;
  Io accept(int listener) override;
  bool watch_listener(int listener, std::uint64_t token) override;
  void ignore_listener(int listener) override;
  Io connect_to(const Address& address, std::chrono::milliseconds write_timeout) override;
  int connect_result(int descriptor) override;
  bool watch(int descriptor, std::uint64_t token) override;
  bool watch_output(int descriptor, std::uint64_t token) override;
  void unwatch(int descriptor) override;
  Io read(int descriptor, Bytes into) override;
  Io send(int descriptor, std::span<const iovec> pieces, Follows follows) override;
  void shutdown_write(int descriptor) override;
  void close(int descriptor, bool reset) override;
  Address peer(int descriptor) override;
  bool of_kernel() const noexcept override { return true; }

 protected:
  explicit EpollBackend(int epoll) : epoll_(epoll) {}

 private:
  bool control(int operation, int descriptor, std::uint64_t token, std::uint32_t events);

  static constexpr std::size_t at_once = 512;
  static constexpr std::uint64_t wake_token = ~std::uint64_t{0};
  int epoll_;
  std::vector<epoll_event> raw_ = std::vector<epoll_event>(at_once);
  std::vector<Event> events_ = std::vector<Event>(at_once);
};

}  // namespace duplex::net
