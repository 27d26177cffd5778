// SPDX-License-Identifier: MIT
// duplex::run: a program's life around a server: signals, exit code.
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <thread>

#include "server/server_impl.h"

namespace duplex {
namespace {

/// Takes SIGINT, SIGTERM and SIGHUP from every thread that is started after it, and hands them to one of its own.
class SignalThread {
 public:
  explicit SignalThread(Function<void(int signal)> on_signal) : on_signal_(std::move(on_signal)) {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&wanted, signal);
    pthread_sigmask(SIG_BLOCK, &wanted, &before_);
    signals_ = signalfd(-1, &wanted, SFD_CLOEXEC);
    stop_ = eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { watch(); });
  }
  ~SignalThread() {
    const std::uint64_t one = 1;
    if (write(stop_, &one, sizeof one) == sizeof one) thread_.join();
    else thread_.detach();
    close(signals_);
    close(stop_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  void watch() {
    for (;;) {
      pollfd descriptors[] = {{signals_, POLLIN, 0}, {stop_, POLLIN, 0}};
      if (poll(descriptors, 2, -1) < 0) continue;
      if (descriptors[1].revents != 0) return;
      signalfd_siginfo info;
      if (read(signals_, &info, sizeof info) == sizeof info) on_signal_(static_cast<int>(info.ssi_signo));
    }
  }

  Function<void(int)> on_signal_;
  sigset_t before_;
  int signals_ = -1, stop_ = -1;
  std::thread thread_;
};

}  // namespace

int run(Server& server, Function<void()> on_listening) {
  Log& log = *ServerAccess::impl(server).log;
  bool draining = false;
  SignalThread signals([&server, draining](int signal) mutable {
    if (signal == SIGHUP) {
      (void)server.reload_certificates();
    } else if (draining) {
      server.stop();
    } else {
      draining = true;
      server.drain();
    }
  });
  if (const auto started = server.start(); !started) {
    log.write(LogLevel::error, "server", server.start_error());
    return 2;
  }
  log.write(LogLevel::info, "server", "listening on " + server.url());
  if (on_listening) on_listening();
  server.run();
  log.write(LogLevel::info, "server", "stopped");
  return 0;
}

}  // namespace duplex
