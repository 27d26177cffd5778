// SPDX-License-Identifier: MIT
#include "net/uring_backend.h"

#include <system_error>

namespace duplex::net {

Result<std::unique_ptr<Backend>> UringBackend::make(Function<void(std::error_code)> on_loss) {
  auto sender = UringSender::make();
  if (!sender) return Unexpected(sender.error());
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return Unexpected(std::error_code(errno, std::system_category()));
  return std::unique_ptr<Backend>(new UringBackend(epoll, std::move(*sender), std::move(on_loss)));
}

void UringBackend::send_batch(std::span<Sending> batch) {
  std::size_t done = 0;
  if (sender_ != nullptr && batch.size() > 1) {
    done = sender_->send(batch);
    if (done == batch.size()) return;
    const std::error_code why(batch[done].result.error, std::system_category());
    sender_.reset();
    if (on_loss_) on_loss_(why);
  }
  EpollBackend::send_batch(batch.subspan(done));
}

}  // namespace duplex::net
