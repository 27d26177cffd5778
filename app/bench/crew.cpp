// SPDX-License-Identifier: MIT
#include "app/bench/crew.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include "app/bench/findings_wire.h"
#include "app/bench/generator.h"
#include "app/bench/interrupt.h"
#include "app/bench/merge.h"

namespace duplex::bench {
namespace {

/// What a line carries: `meet` alone, or `found` with a length and packed findings behind it.
enum : char { meet = 'm', found = 'f' };

bool write_all(int line, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = send(line, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

bool read_all(int line, void* into, std::size_t size) {
  auto* at = static_cast<char*>(into);
  while (size > 0) {
    const ssize_t got = recv(line, at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

/// The life of one generator.
[[noreturn]] void play(const Options& options, const Seat& seat, pid_t parent, const sigset_t& signals) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  setpgid(0, 0);  // Ctrl-C is for the parent, who hands it on
  sigprocmask(SIG_SETMASK, &signals, nullptr);
  const std::string packed = pack(Generator(share_of(options, seat), seat).run());
  const std::size_t size = packed.size();
  std::string message(1, found);
  message.append(reinterpret_cast<const char*>(&size), sizeof size);
  _exit(write_all(seat.line, message + packed) ? 0 : 1);
}

/// The processes, from the side of who started them.
class Crew {
 public:
  explicit Crew(const Options& options) : options_(options), rounds_(options.publishers) {
    for (std::size_t i = 0; i < options_.processes; ++i) wakers_.push_back(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    // SIGINT comes only while we wait for the lines: none is lost.
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, &before_);
  }
  ~Crew() {
    for (const Member& member : members_) {
      ::close(member.line);
      if (member.pid < 0) continue;
      kill(member.pid, SIGKILL);
      waitpid(member.pid, nullptr, 0);
    }
    for (const int waker : wakers_) ::close(waker);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  Findings run() {
    for (std::size_t i = 0; i < options_.processes; ++i)
      if (!start(i)) {
        Findings none;
        none.errors = 1;
        none.first_error = std::string("cannot start a generator process: ") + std::strerror(errno);
        return none;
      }
    while (std::any_of(members_.begin(), members_.end(), [](const Member& m) { return !m.done; })) hear();
    std::vector<Findings> all;
    for (Member& member : members_) all.push_back(std::move(member.findings));
    Findings sum = merged(all);
    for (std::size_t i = 0; i < all.size(); ++i) sum.generators[i].connections = share(i).connections;
    // What came first is told, not what that made the others miss.
    if (!first_error_.empty()) sum.first_error = std::move(first_error_);
    return sum;
  }

 private:
  struct Member {
    pid_t pid = -1;
    int line = -1;
    std::size_t met = 0;  // how often it came to a meeting
    bool done = false;
    Findings findings;
  };

  Options share(std::size_t number) const { return share_of(options_, {.number = number, .of = options_.processes}); }

  bool start(std::size_t number) {
    int lines[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lines) != 0) return false;
    const pid_t parent = getpid(), pid = fork();
    if (pid < 0) {
      ::close(lines[0]), ::close(lines[1]);
      return false;
    }
    if (pid == 0) {
      // The others' lines are theirs: they would not break when their owner dies.
      for (const Member& member : members_) ::close(member.line);
      ::close(lines[0]);
      const Seat seat{.line = lines[1],
                      .number = number,
                      .of = options_.processes,
                      .members = options_.connections,
                      .rounds = &rounds_,
                      .wakers = &wakers_};
      play(options_, seat, parent, before_);
    }
    ::close(lines[1]);
    members_.push_back({.pid = pid, .line = lines[0], .findings = {}});
    return true;
  }

  void hear() {
    std::vector<pollfd> lines;
    for (const Member& member : members_) lines.push_back({member.done ? -1 : member.line, POLLIN, 0});
    if (ppoll(lines.data(), lines.size(), nullptr, &before_) < 0 && interrupted()) return stop();
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (lines[i].revents != 0) take(members_[i], i);
    release();
  }

  void take(Member& member, std::size_t number) {
    char what = 0;
    std::size_t size = 0;
    if (read_all(member.line, &what, 1)) {
      if (what == meet) {
        ++member.met;
        return;
      }
      std::string packed;
      if (read_all(member.line, &size, sizeof size)) {
        packed.resize(size);
        if (read_all(member.line, packed.data(), size))
          if (auto findings = unpack(packed)) return ended(member, std::move(*findings));
      }
    }
    // Its line breaks only when it dies.
    int status = 0;
    waitpid(std::exchange(member.pid, -1), &status, 0);
    Findings lost;
    lost.errors = 1;
    lost.first_error = "generator process " + std::to_string(number + 1) + " of " + std::to_string(options_.processes);
    lost.first_error += WIFSIGNALED(status) ? std::string(" was ended by a signal: ") + strsignal(WTERMSIG(status))
                                            : " ended with " + std::to_string(WEXITSTATUS(status));
    ended(member, std::move(lost));
  }

  void ended(Member& member, Findings findings) {
    member.done = true;
    member.findings = std::move(findings);
    if (member.findings.errors == 0) return;
    if (first_error_.empty()) first_error_ = member.findings.first_error;
    stop();
  }

  /// Ends the measurement of all.
  void stop() {
    if (stopped_) return;
    stopped_ = true;
    for (const Member& member : members_)
      if (!member.done) kill(member.pid, SIGINT);
  }

  /// Lets them go on when everybody has come.
  void release() {
    for (const Member& member : members_)
      if (!member.done && member.met <= meetings_) return;
    const std::uint64_t now = clock_ns();
    for (const Member& member : members_)
      if (!member.done) write_all(member.line, {reinterpret_cast<const char*>(&now), sizeof now});
    if (meetings_ == 0) opening_began_ = now;
    if (meetings_ == 1 && options_.announce)
      std::fprintf(stderr, "%zu connections are open after %.1f s\n", options_.connections,
                   static_cast<double>(now - opening_began_) / 1e9);
    ++meetings_;
  }

  const Options& options_;
  Rounds rounds_;
  std::vector<int> wakers_;
  sigset_t before_{};
  std::vector<Member> members_;
  std::size_t meetings_ = 0;
  std::string first_error_;
  std::uint64_t opening_began_ = 0;
  bool stopped_ = false;
};

}  // namespace

Options share_of(const Options& options, const Seat& seat) {
  Options share = options;
  share.connections = options.connections / seat.of + (seat.number < options.connections % seat.of ? 1 : 0);
  if (options.mode != Mode::broadcast)
    share.rate *= static_cast<double>(share.connections) / static_cast<double>(options.connections);
  share.opening = std::max<std::size_t>(1, options.opening / seat.of);
  share.announce = false;
  if (seat.number > 0) share.server_pids.clear();
  return share;
}

Findings run_crew(const Options& options) {
  const Interruptible interruptible;
  return Crew(options).run();
}

}  // namespace duplex::bench
