// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/function.h>

#include "net/epoll_backend.h"
#include "net/uring_sender.h"

namespace duplex::net {

/// Epoll for what comes, an io_uring for what goes to many at once. Where a ring stops working (a filter that was put
/// in place later, say), its sends are done one by one from then on, and `on_loss` hears the reason, once.
class UringBackend final : public EpollBackend {
 public:
  static Result<std::unique_ptr<Backend>> make(Function<void(std::error_code)> on_loss = {});

  void send_batch(std::span<Sending> batch) override;
  bool has_ring() const noexcept { return sender_ != nullptr; }

 private:
  UringBackend(int epoll, std::unique_ptr<UringSender> sender, Function<void(std::error_code)> on_loss)
      : EpollBackend(epoll), sender_(std::move(sender)), on_loss_(std::move(on_loss)) {}

  std::unique_ptr<UringSender> sender_;
  Function<void(std::error_code)> on_loss_;
};

}  // namespace duplex::net
