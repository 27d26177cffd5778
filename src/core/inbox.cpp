// SPDX-License-Identifier: MIT
#include "core/inbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <new>

namespace duplex {
namespace {

// Never destroyed: a thread may post while the process ends.
std::array<Inbox, Inbox::slots>& table() {
  static auto& inboxes = *new std::array<Inbox, Inbox::slots>;
  return inboxes;
}

}  // namespace

Inbox* Inbox::claim() {
  int number = 0;
  for (Inbox& inbox : table()) {
    const int slot = number++;
    const std::lock_guard lock(inbox.mutex_);
    if (inbox.claimed_) continue;
    inbox.claimed_ = true;
    inbox.slot_ = slot;
    // Kept for the slot's next owner, so that a late wake never meets a descriptor that means something else by now.
    if (inbox.descriptor_ < 0) inbox.descriptor_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return &inbox;
  }
  return nullptr;
}

void Inbox::release() {
  std::vector<Function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    claimed_ = false;
    dropped.swap(waiting_);
  }
  // Destroyed without the lock: what a function owns may post as it goes.
  dropped.clear();
  running_.clear();
}

bool Inbox::post(int slot, Function<void()>&& fn) {
  if (slot < 0 || slot >= slots) return false;
  Function<void()> mine = std::move(fn);
  return table()[static_cast<std::size_t>(slot)].push(mine);
}

bool Inbox::push(Function<void()>& fn) {
  {
    const std::lock_guard lock(mutex_);
    if (!claimed_) return false;
    waiting_.push_back(std::move(fn));
  }
  // Either this exchange sees that the loop sleeps, or the loop's look into the inbox, which comes after its store,
  // sees the post.
  if (sleeping_.exchange(false)) wake();
  return true;
}

void Inbox::wake() noexcept {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is being woken.
  [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
}

bool Inbox::empty() {
  const std::lock_guard lock(mutex_);
  return waiting_.empty();
}

bool Inbox::may_sleep() {
  sleeping_.store(true);
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return true;
  sleeping_.store(false);
  return false;
}

void Inbox::woken() noexcept { sleeping_.store(false); }

std::size_t Inbox::drain() {
  {
    const std::lock_guard lock(mutex_);
    running_.swap(waiting_);
  }
  std::size_t failed = 0;
  for (Function<void()>& fn : running_) {
    try {
      fn();
    } catch (const std::bad_alloc&) {
      ++failed;  // the others were promised to be run, once each
    }
  }
  running_.clear();
  return failed;
}

}  // namespace duplex
