// SPDX-License-Identifier: MIT
#include "history/history_impl.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>

#include "history/memory_store.h"

namespace duplex {

using history::Appended;
using history::Fault;
using history::Operation;
using history::Page;

namespace {

constexpr std::chrono::milliseconds expiry_interval{60'000};
constexpr std::size_t most_together = 1'000;  // operations of one commit

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A thread that no signal interrupts: they belong to others, and one that would end the process for a full disk
/// (SIGXFSZ) is an error to us. What says that the program is broken is heard as everywhere.
template <class F>
std::thread undisturbed_thread(F&& run) {
  sigset_t all, before;
  sigfillset(&all);
  for (const int broken : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT}) sigdelset(&all, broken);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::forward<F>(run));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

History::Impl::Impl(history::Options its_options, std::unique_ptr<history::Store> its_store)
    : log_(std::move(its_options.log), LogLevel::info),
      options_(std::move(its_options)),
      store_(its_store ? std::move(its_store) : std::make_unique<history::MemoryStore>()) {}

History::Impl::~Impl() { close(); }

Fault History::Impl::open() {
  std::unique_lock lock(mutex_);
  if (state_ != State::unopened) return open_fault_;
  if (!store_->blocks()) {
    open_fault_ = store_->open(options_.limits);
    state_ = open_fault_ ? State::closed : State::open;
    return open_fault_;
  }
  state_ = State::opening;
  thread_ = undisturbed_thread([this] { work(); });
  opened_.wait(lock, [this] { return state_ != State::opening; });
  return open_fault_;
}

void History::Impl::close() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::closed;
  }
  wanted_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void History::Impl::refuse(Operation& operation, history::Errc why) {
  failed_.fetch_add(1, std::memory_order_relaxed);
  history::Told told;
  operation.fail(why, told);
  run(told);
}

void History::Impl::run(history::Told& told) {
  for (auto& each : told)
    history::guarded(each, [this](const std::string& text) { log_.write(LogLevel::error, "history", text); });
}

void History::Impl::ask(Operation operation) {
  if (operation.write.bytes() > options_.limits.max_entry) return refuse(operation, history::Errc::too_large);
  std::unique_lock lock(mutex_);
  if (state_ == State::unopened) {  // nobody has to open what is in memory
    lock.unlock();
    if (const Fault fault = open()) log_.write(LogLevel::error, "history", fault.text);
    lock.lock();
  }
  if (state_ != State::open) {
    lock.unlock();
    return refuse(operation, history::Errc::closed);
  }
  if (store_->blocks()) {
    if (waiting_.size() >= options_.max_waiting || waiting_bytes_ + operation.bytes() > options_.max_waiting_bytes) {
      lock.unlock();
      return refuse(operation, history::Errc::overloaded);
    }
    waiting_bytes_ += operation.bytes();
    waiting_.push_back(std::move(operation));
    lock.unlock();
    return wanted_.notify_one();
  }
  Batch one;
  one.push_back(std::move(operation));
  history::Told told;
  work_on(one, told);
  lock.unlock();
  run(told);
}

history::Stats History::Impl::stats() const {
  const std::lock_guard lock(mutex_);
  return {.appended = appended_, .failed = failed_, .commits = commits_, .waiting = waiting_.size() + in_work_};
}

// -- a store that blocks: its own thread ------------------------------------------------------------------------------

void History::Impl::work() {
  Fault fault = store_->open(options_.limits);
  std::unique_lock lock(mutex_);
  open_fault_ = std::move(fault);
  if (state_ == State::opening) state_ = open_fault_ ? State::closed : State::open;
  opened_.notify_all();
  next_expiry_ = now_ms();
  for (;;) {
    wanted_.wait_for(lock, expiry_interval, [this] { return !waiting_.empty() || state_ == State::closed; });
    if (waiting_.empty() && state_ == State::closed) return;
    Batch batch;
    if (waiting_.size() <= most_together) {
      batch.swap(waiting_);
      waiting_bytes_ = 0;
    } else {
      const auto end = waiting_.begin() + most_together;
      std::move(waiting_.begin(), end, std::back_inserter(batch));
      waiting_.erase(waiting_.begin(), end);
      for (const Operation& each : batch) waiting_bytes_ -= each.bytes();
    }
    in_work_ = batch.size();
    lock.unlock();
    history::Told told;
    try {
      work_on(batch, told);
    } catch (const std::bad_alloc&) {  // who has not been answered is; the next ones have more luck
      for (Operation& each : batch) each.fail(history::Errc::overloaded, told);
      log_.write(LogLevel::error, "history", "out of memory: what waited is answered with an error");
    }
    run(told);
    batch.clear();
    lock.lock();
    in_work_ = 0;
  }
}

// -- what is done, by whoever may touch the store ---------------------------------------------------------------------

/// Appends that stand together are one commit. A read sees every append that was asked for before it; so it may as well
/// see those that came with it, and wait until they are kept.
void History::Impl::work_on(Batch& batch, history::Told& told) {
  const auto end_of = [&](std::size_t from) {
    while (from < batch.size() && batch[from].kind != Operation::Kind::clear) ++from;
    return from;
  };
  for (std::size_t from = 0; from < batch.size();) {
    const std::size_t end = end_of(from);
    append(batch, from, end, told);
    for (std::size_t i = from; i < end; ++i)
      if (batch[i].kind != Operation::Kind::append) read(batch[i], told);
    if (end < batch.size()) clear(batch[end], told);
    from = end + 1;
  }
  expire();
}

void History::Impl::append(Batch& batch, std::size_t from, std::size_t to, history::Told& told) {
  std::vector<history::Write> writes;
  std::vector<Operation*> whose;
  const std::int64_t now = now_ms();
  for (std::size_t i = from; i < to; ++i) {
    if (batch[i].kind != Operation::Kind::append) continue;
    batch[i].write.at = now;
    writes.push_back(std::move(batch[i].write));
    whose.push_back(&batch[i]);
  }
  if (writes.empty()) return;
  std::vector<Appended> kept(writes.size());
  const Fault fault = store_->append(writes, kept);
  note(writing_, fault, writes.size());
  if (!fault) {
    commits_.fetch_add(1, std::memory_order_relaxed);
    for (const Appended& each : kept) appended_.fetch_add(each.fresh ? 1 : 0, std::memory_order_relaxed);
  }
  for (std::size_t i = 0; i < whose.size(); ++i) {
    if (fault)
      whose[i]->appended.tell(fault.code, told);
    else
      whose[i]->appended.tell(kept[i], told);
  }
}

void History::Impl::read(Operation& operation, history::Told& told) {
  Page page;
  const std::int64_t now = now_ms();
  const Fault fault = operation.kind == Operation::Kind::last
                          ? store_->last(operation.write.room, operation.entries, now, page)
                          : store_->after(operation.write.room, operation.id, operation.entries, now, page);
  note(reading_, fault, 1);
  if (fault)
    operation.page.tell(fault.code, told);
  else
    operation.page.tell(std::move(page), told);
}

void History::Impl::clear(Operation& operation, history::Told& told) {
  const Fault fault = store_->clear(operation.write.room);
  note(writing_, fault, 1);
  operation.cleared.tell(fault ? Result<void>(fault.code) : Result<void>(), told);
}

void History::Impl::expire() {
  const std::int64_t now = now_ms();
  if (options_.limits.max_age.count() == 0 || now < next_expiry_) return;
  next_expiry_ = now + expiry_interval.count();
  note(writing_, store_->expire(now), 0);
}

/// Says it once when something goes wrong, and once when it goes well again.
void History::Impl::note(Health& health, const Fault& fault, std::size_t operations) {
  if (fault) {
    failed_.fetch_add(operations, std::memory_order_relaxed);
    health.failures += operations;
    if (fault.code != health.code) log_.write(LogLevel::error, "history", fault.text);
    health.code = fault.code;
  } else if (health.code && operations > 0) {
    log_.write(LogLevel::info, "history",
               "works again; meanwhile " + std::to_string(health.failures) + " operations were answered with an error");
    health = {};
  }
}

}  // namespace duplex
