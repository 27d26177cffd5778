// SPDX-License-Identifier: MIT
#include <duplex/loop.h>

#include <exception>
#include <string>
#include <system_error>

#include "connection/loop_access.h"
#include "net/backends.h"
#include "net/reactor.h"

namespace duplex {

struct Loop::Impl {
  std::unique_ptr<net::Reactor> own;
  net::Reactor* reactor;
};

Loop::Loop() : impl_(new Impl) {
  auto backend = net::make_backend(net::BackendKind::automatic, nullptr);
  if (!backend) {
    delete impl_;
    throw std::system_error(backend.error(), "duplex: no event loop can be made");
  }
  impl_->own = std::make_unique<net::Reactor>(std::move(*backend));
  impl_->reactor = impl_->own.get();
}
Loop::~Loop() { delete impl_; }

namespace {

/// A function of the user's that throws is logged, and the loop goes on.
Function<void()> guarded(net::Reactor& reactor, Function<void()> fn) {
  return [&reactor, fn = std::move(fn)]() mutable {
    try {
      fn();
    } catch (const std::exception& e) {
      reactor.log(LogLevel::error, "loop", std::string("a posted function threw: ") + e.what());
    } catch (...) {
      reactor.log(LogLevel::error, "loop", "a posted function threw something that is not a std::exception");
    }
  };
}

}  // namespace

void Loop::post(Function<void()> fn) { impl_->reactor->post(guarded(*impl_->reactor, std::move(fn))); }
void Loop::after(std::chrono::milliseconds delay, Function<void()> fn) {
  fn = guarded(*impl_->reactor, std::move(fn));
  if (impl_->reactor->on_this_thread()) {
    impl_->reactor->after(delay, std::move(fn));
    return;
  }
  impl_->reactor->post(
      [reactor = impl_->reactor, delay, fn = std::move(fn)]() mutable { reactor->after(delay, std::move(fn)); });
}
void Loop::run() { impl_->reactor->run(); }
void Loop::stop() { impl_->reactor->stop(); }

std::unique_ptr<Loop> LoopAccess::over(net::Reactor& reactor) {
  return std::unique_ptr<Loop>(new Loop(new Loop::Impl{nullptr, &reactor}));
}
net::Reactor& LoopAccess::reactor(Loop& loop) noexcept { return *loop.impl_->reactor; }

}  // namespace duplex
