// SPDX-License-Identifier: MIT
#include "net/uring_sender.h"

#include <cerrno>

#ifdef DUPLEX_URING
#include <liburing.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <thread>

namespace duplex::net {
namespace {

// MSG_WAITALL: a send that is cut short counts as failed, and only what failed makes a completion (CQE_SKIP_SUCCESS).
constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT | MSG_WAITALL;

}  // namespace

UringSender::UringSender() noexcept = default;

// On a thread of its own: when a ring goes, the kernel interrupts the threads that have used it, and a blocking call of
// our caller's, with a timeout, would fail with EINTR for it.
Result<std::unique_ptr<UringSender>> UringSender::make() {
  Result<std::unique_ptr<UringSender>> made = std::error_code(EAGAIN, std::system_category());
  try {
    std::thread([&made] { made = make_here(); }).join();
  } catch (const std::system_error& e) {
    made = e.code();  // no thread can be had
  }
  return made;
}

Result<std::unique_ptr<UringSender>> UringSender::make_here() {
  std::unique_ptr<UringSender> made(new UringSender);
  auto ring = std::make_unique<io_uring>();
  io_uring_params params{};
  params.flags = IORING_SETUP_SUBMIT_ALL;  // one bad descriptor does not keep the others waiting
  if (const int error = io_uring_queue_init_params(entries, ring.get(), &params); error < 0)
    return std::error_code(-error, std::system_category());
  made->ring_ = std::move(ring);
  if ((params.features & IORING_FEAT_CQE_SKIP) == 0) return std::error_code(ENOSYS, std::system_category());
  made->messages_.resize(entries);
  if (!made->works()) return std::error_code(errno, std::system_category());
  return made;
}

UringSender::~UringSender() {
  if (ring_ != nullptr) io_uring_queue_exit(ring_.get());
}

// A filter may let rings be made and refuse their use.
bool UringSender::works() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) return false;
  char byte = 'x';
  const iovec piece{&byte, 1};
  Sending sendings[] = {{ends[0], {&piece, 1}}, {-1, {&piece, 1}}};
  const std::size_t done = send(sendings);
  int error = 0;
  if (done < 2)
    error = sendings[done].result.error;
  else if (sendings[0].result.bytes != 1 || sendings[1].result.error != EBADF || ::recv(ends[1], &byte, 1, 0) != 1)
    error = ENOSYS;
  ::close(ends[0]);
  ::close(ends[1]);
  errno = error;
  return error == 0;
}

std::size_t UringSender::send(std::span<Sending> batch) {
  for (std::size_t done = 0; done < batch.size();) {
    const auto some = batch.subspan(done, std::min(batch.size() - done, entries));
    const std::size_t n = send_some(some);
    done += n;
    if (n < some.size()) return done;
  }
  return batch.size();
}

std::size_t UringSender::send_some(std::span<Sending> batch) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Sending& one = batch[i];
    io_uring_sqe* sqe = io_uring_get_sqe(ring_.get());  // there is one: the ring is as large as a batch, and empty
    one.result = {};
    const int how = flags | (one.follows == Follows::end ? MSG_MORE : 0);
    for (const iovec& piece : one.pieces) one.result.bytes += piece.iov_len;
    if (one.pieces.size() == 1) {
      io_uring_prep_send(sqe, one.descriptor, one.pieces[0].iov_base, one.pieces[0].iov_len, how);
    } else {
      messages_[i] = {};
      messages_[i].msg_iov = const_cast<iovec*>(one.pieces.data());
      messages_[i].msg_iovlen = one.pieces.size();
      io_uring_prep_sendmsg(sqe, one.descriptor, &messages_[i], how);
    }
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(sqe, i);
  }
  std::size_t submitted = 0;
  int error = 0;
  while (submitted < batch.size()) {
    const int n = io_uring_submit(ring_.get());
    if (n == -EINTR) continue;
    if (n <= 0) {
      error = n < 0 ? -n : EIO;
      break;
    }
    submitted += static_cast<std::size_t>(n);
  }
  // Never more than fit: a batch is half of what the completion queue holds, and it is emptied each time.
  io_uring_cqe* cqe = nullptr;
  unsigned head = 0, seen = 0;
  io_uring_for_each_cqe(ring_.get(), head, cqe) {
    ++seen;
    Io& result = batch[static_cast<std::size_t>(io_uring_cqe_get_data64(cqe))].result;
    result = cqe->res < 0 ? Io{0, -cqe->res} : Io{static_cast<std::size_t>(cqe->res), 0};
  }
  io_uring_cq_advance(ring_.get(), seen);
  if (submitted < batch.size()) batch[submitted].result = {0, error};
  return submitted;
}

}  // namespace duplex::net

#else

struct io_uring {};
struct msghdr {};

namespace duplex::net {

UringSender::UringSender() noexcept = default;
UringSender::~UringSender() = default;
Result<std::unique_ptr<UringSender>> UringSender::make() { return std::error_code(ENOSYS, std::system_category()); }
std::size_t UringSender::send(std::span<Sending>) { return 0; }

}  // namespace duplex::net

#endif
