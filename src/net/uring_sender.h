// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <span>
#include <vector>

#include <duplex/result.h>

#include "net/backend.h"

struct io_uring;
struct msghdr;

namespace duplex::net {

/// Does many sends by one system call, through an io_uring of its own. Every send is done, or refused, within the call
/// that submits it (MSG_DONTWAIT): nothing is ever in flight, so nothing can outlive its stream or race with its close.
/// Any thread, one at a time.
class UringSender {
 public:
  static constexpr std::size_t entries = 256;

  /// An error where this kernel is too old (5.18), or something forbids it: `kernel.io_uring_disabled`, seccomp, a
  /// limit of locked memory. What is returned has sent a byte to itself.
  static Result<std::unique_ptr<UringSender>> make();
  ~UringSender();
  UringSender(const UringSender&) = delete;
  UringSender& operator=(const UringSender&) = delete;

  /// Does the sends in order; returns how many were done. Fewer than all: the kernel refuses the ring's service, none
  /// of the rest has happened, and the ring is of no more use. Its errno is in the first that was not done.
  std::size_t send(std::span<Sending> batch);

 private:
  UringSender() noexcept;
  static Result<std::unique_ptr<UringSender>> make_here();
  std::size_t send_some(std::span<Sending> batch);
  bool works();

  std::unique_ptr<io_uring> ring_;
  std::vector<msghdr> messages_;
};

}  // namespace duplex::net
