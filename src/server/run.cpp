// SPDX-License-Identifier: MIT
// duplex::run: a program's life around a server: signals, exit code.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <iterator>
#include <thread>

#include "server/server_impl.h"

namespace duplex {
namespace {

constexpr int watched[] = {SIGINT, SIGTERM, SIGHUP};

/// Where the signal handler, which may run on any thread and may do next to nothing, leaves the signal's number.
std::atomic<int> signal_pipe{-1};

void note_signal(int signal) {
  const int before = errno;
  const auto number = static_cast<unsigned char>(signal);
  if (write(signal_pipe.load(), &number, 1) < 0) {
    // A full pipe: many signals wait already.
  }
  errno = before;
}

/// Hands SIGINT, SIGTERM and SIGHUP to a thread of its own, whichever thread of the program they reach.
class SignalThread {
 public:
  explicit SignalThread(Function<void(int signal)> on_signal) : on_signal_(std::move(on_signal)) {
    if (pipe2(pipe_, O_CLOEXEC) != 0) return;  // no descriptor left: signals do what they did before
    signal_pipe.store(pipe_[1]);
    struct sigaction action = {};
    action.sa_handler = note_signal;
    action.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < std::size(watched); ++i) sigaction(watched[i], &action, &before_[i]);
    thread_ = std::thread([this] { watch(); });
  }
  ~SignalThread() {
    if (!thread_.joinable()) return;
    for (std::size_t i = 0; i < std::size(watched); ++i) sigaction(watched[i], &before_[i], nullptr);
    note_signal(0);
    thread_.join();
    for (const int end : pipe_) close(end);
  }
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  void watch() {
    for (unsigned char number = 0;;) {
      const ssize_t got = read(pipe_[0], &number, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0 || number == 0) return;
      on_signal_(number);
    }
  }

  Function<void(int)> on_signal_;
  struct sigaction before_[std::size(watched)] = {};
  int pipe_[2] = {-1, -1};
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
