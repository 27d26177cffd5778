// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/duplex.h>

#include <atomic>
#include <mutex>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace duplex::testing {

/// What became of each socket, and whether its handlers were called as promised: on_open once, on_close once for each
/// on_open, nothing after it. Any thread.
class Lives {
 public:
  void opened(ws::Handle socket);
  void called(ws::Handle socket, const char* handler);
  void closed(ws::Handle socket);

  std::size_t open() const;
  std::size_t opened_ever() const;
  std::size_t calls() const;
  /// The promises that were broken, in words.
  std::vector<std::string> broken() const;
  ws::Handle any(std::uint32_t random) const;  ///< an open or closed one; null if there was none yet

 private:
  enum class Life : unsigned char { open, closed };
  void break_promise(const char* what, const char* handler);

  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, Life> lives_;
  std::vector<std::uint64_t> order_;
  std::vector<std::string> broken_;
  std::size_t open_ = 0, calls_ = 0;
};

/// Does anything that the API allows, at random: from inside of handlers and from outside.
class Monkey {
 public:
  using Random = std::minstd_rand;

  Monkey(Server& server, Lives& lives) : server_(server), lives_(lives) {}
  Monkey(const Monkey&) = delete;
  Monkey& operator=(const Monkey&) = delete;
  ~Monkey();

  /// An endpoint whose every handler misbehaves.
  ws::Handlers handlers();
  void serve_http();
  /// One random act, as a handler of `self` or, with null, as anybody. May throw, if `self` is not null.
  void act(Random& random, ws::Socket* self, int depth = 0);
  /// Random numbers of the calling thread, from a seed that `reseed` sets.
  static Random& random();
  static void reseed(std::uint32_t seed);
  void keep(http::Reply reply);
  void keep(ws::Upgrade upgrade);
  /// Answers or drops what is kept; with `all`, everything.
  void settle(Random& random, bool all = false);

  std::atomic<bool> may_end = false;   ///< it may call drain and stop
  static std::atomic<int> data_alive;  ///< values given to sockets that were not destroyed yet

 private:
  void act_on(Random& random, ws::Socket& socket);
  void act_elsewhere(Random& random, int depth);

  Server& server_;
  Lives& lives_;
  std::mutex mutex_;
  std::vector<http::Reply> replies_;
  std::vector<ws::Upgrade> upgrades_;
};

}  // namespace duplex::testing
