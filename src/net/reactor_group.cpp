// SPDX-License-Identifier: MIT
#include "net/reactor_group.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>

#include "core/log.h"
#include "net/backend.h"

namespace duplex::net {

using namespace std::chrono_literals;

Result<std::unique_ptr<ReactorGroup>> ReactorGroup::make(int loops, ReactorOptions options, BackendKind backend) {
  if (loops < 0 || loops > 255) return Errc::out_of_range;
  if (loops == 0) loops = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 255U));
  if (!options.log) options.log = std::make_shared<Log>();
  const bool by_name = backend_by_name(backend) != BackendKind::automatic;
  backend = choose_backend(backend, options.log.get());
  std::vector<std::unique_ptr<Backend>> backends;
  for (int i = 0; i < loops; ++i) {
    auto made = make_backend(backend, options.log);
    if (!made && !by_name) made = make_backend(BackendKind::epoll);
    if (!made) return Unexpected(made.error());
    backends.push_back(std::move(*made));
  }
  return std::make_unique<ReactorGroup>(std::move(backends), std::move(options));
}

ReactorGroup::ReactorGroup(std::vector<std::unique_ptr<Backend>> backends, ReactorOptions options)
    : options_(std::move(options)) {
  if (!options_.log) options_.log = std::make_shared<Log>();
  if (!options_.connections) options_.connections = std::make_shared<std::atomic<int>>(0);
  for (auto& backend : backends) reactors_.push_back(std::make_unique<Reactor>(std::move(backend), options_));
}

ReactorGroup::~ReactorGroup() { close_all(); }

Result<Address> ReactorGroup::listen(const Address& address, ListenOptions options, Function<void(Stream&)> on_accept) {
  auto shared = std::make_shared<Function<void(Stream&)>>(std::move(on_accept));
  const bool share_descriptor = address.kind == Address::Kind::unix_path || options.descriptor >= 0;
  const bool asked_to_share = options.reuse_port;
  options.reuse_port = options.reuse_port || (size() > 1 && !share_descriptor);
  Address chosen = address;
  if (size() > 1 && !share_descriptor && !asked_to_share && address.port != 0) {
    // SO_REUSEPORT would let two servers share a port without either knowing: the first bind of each is exclusive.
    ListenOptions alone = options;
    alone.reuse_port = false;
    auto probe = first().listen(address, alone, [shared](Stream& stream) { (*shared)(stream); });
    if (!probe) return Unexpected(probe.error());
    (*probe)->close();
  }
  std::vector<Listener*> opened;
  for (auto& reactor : reactors_) {
    auto listener = reactor->listen(chosen, options, [shared](Stream& stream) { (*shared)(stream); });
    if (!listener) {
      for (Listener* other : opened) other->close();
      return Unexpected(listener.error());
    }
    opened.push_back(*listener);
    chosen.port = (*listener)->address().port;
    if (share_descriptor) options.descriptor = (*listener)->descriptor();
  }
  return opened.front()->address();
}

void ReactorGroup::close_listeners() {
  each([](Reactor& reactor) { reactor.close_listeners(); });
}

void ReactorGroup::each(Function<void(Reactor&)> fn) {
  if (!running_.load()) {
    for (auto& reactor : reactors_) fn(*reactor);
    return;
  }
  auto shared = std::make_shared<Function<void(Reactor&)>>(std::move(fn));
  for (auto& reactor : reactors_) reactor->post([shared, r = reactor.get()] { (*shared)(*r); });
}

void ReactorGroup::run() {
  running_.store(true);
  {
    std::jthread watchdog([this](const std::stop_token& stop) { watch(stop); });
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < size(); ++i) threads.emplace_back([this, i] { reactors_[i]->run(); });
    first().run();
    stop();
  }
  running_.store(false);
}

void ReactorGroup::stop() {
  for (auto& reactor : reactors_) reactor->stop();
}

void ReactorGroup::close_all() {
  for (auto& reactor : reactors_) reactor->close_all();
}

void ReactorGroup::watch(const std::stop_token& stop) {
  const auto pace = std::clamp<std::chrono::milliseconds>(options_.stall_limit / 4, 5ms, 250ms);
  std::vector<std::chrono::nanoseconds> named(size());  // the stalls that were logged, by their beginning
  std::mutex mutex;
  std::condition_variable_any sleep;
  std::unique_lock lock(mutex);
  while (!sleep.wait_for(lock, stop, pace, [&stop] { return stop.stop_requested(); })) {
    const std::chrono::nanoseconds now = std::chrono::steady_clock::now().time_since_epoch();
    for (std::size_t i = 0; i < size(); ++i) {
      const auto activity = reactors_[i]->activity();
      if (activity.what == nullptr || now - activity.since < options_.stall_limit || named[i] == activity.since)
        continue;
      named[i] = activity.since;
      options_.log->write(LogLevel::warning, "net",
                          "loop " + std::to_string(i) + " has been blocked for more than " +
                              std::to_string(options_.stall_limit.count()) + " ms by " + activity.what);
    }
  }
}

}  // namespace duplex::net
