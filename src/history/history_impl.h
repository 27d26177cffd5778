// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "core/log.h"
#include "history/operation.h"

namespace duplex {

/// A store and what waits for it. One that blocks is touched by its own thread alone, any other by whoever asks.
struct History::Impl {
  Impl(history::Options its_options, std::unique_ptr<history::Store> its_store);
  ~Impl();

  history::Fault open();
  void close();  ///< finishes what waits; what is asked for from now on is answered with Errc::closed
  void ask(history::Operation operation);  ///< Any thread.
  history::Stats stats() const;

 private:
  using Batch = std::deque<history::Operation>;
  /// How it goes with appends, or with reads: the log tells changes only.
  struct Health {
    std::error_code code;
    std::uint64_t failures = 0;  // since it went well
  };

  void work();  // the thread
  void work_on(Batch& batch, history::Told& told);
  void append(Batch& batch, std::size_t from, std::size_t to, history::Told& told);
  void read(history::Operation& operation, history::Told& told);
  void clear(history::Operation& operation, history::Told& told);
  void expire();
  void note(Health& health, const history::Fault& fault, std::size_t operations);
  void refuse(history::Operation& operation, history::Errc why);
  void run(history::Told& told);

  Log log_;
  const history::Options options_;
  const std::unique_ptr<history::Store> store_;

  mutable std::mutex mutex_;  // as far as the thread; where the store does not block, all of the rest
  std::condition_variable wanted_, opened_;
  Batch waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t in_work_ = 0;
  enum class State : unsigned char { unopened, opening, open, closed } state_ = State::unopened;
  history::Fault open_fault_;
  std::thread thread_;

  Health writing_, reading_;
  std::int64_t next_expiry_ = 0;
  std::atomic<std::uint64_t> appended_{0}, failed_{0}, commits_{0};
};

}  // namespace duplex
