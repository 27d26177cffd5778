// SPDX-License-Identifier: MIT
#include "net/reactor.h"

#include <sys/resource.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <bit>
#include <string>

#include "core/inbox.h"
#include "core/log.h"
#include "net/backend.h"
#include "net/connector.h"
#include "net/send_batch.h"
#include "net/tls_session.h"
#include "net/tokens.h"

namespace duplex::net {
namespace {

using namespace std::chrono_literals;

constexpr auto stall = 2s;             // longer than this and it is not the peers who are late
constexpr auto longest_wait = 2000ms;  // with timers armed: so that a stopped process is noticed as such
constexpr TimerWheel::Tick deadline_unit = 8;
constexpr auto longest_deadline = std::chrono::days(99);  // so that two that meet are less than half of 32 bits apart

thread_local Reactor* current_reactor = nullptr;

struct MakeCurrent {
  explicit MakeCurrent(Reactor* reactor) : before(std::exchange(current_reactor, reactor)) {}
  ~MakeCurrent() { current_reactor = before; }
  MakeCurrent(const MakeCurrent&) = delete;
  MakeCurrent& operator=(const MakeCurrent&) = delete;
  Reactor* before;
};

int descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, INT32_MAX));
}

// On the only CPU, a loop that looks keeps from running whoever would give it something to see.
std::chrono::nanoseconds spin_limit(const Backend& backend, const ReactorOptions& options) {
  return backend.of_kernel() && ::get_nprocs() > 1 ? std::chrono::nanoseconds(options.spin) : 0ns;
}

}  // namespace

Reactor* Reactor::current() noexcept { return current_reactor; }

Reactor::Reactor(std::unique_ptr<Backend> backend, ReactorOptions options)
    : backend_(std::move(backend)),
      options_(std::move(options)),
      inbox_(Inbox::claim()),
      spin_(spin_limit(*backend_, options_)),
      read_buffer_(new std::byte[options_.read_buffer + padding]),
      gather_buffer_(new std::byte[gather_size]),
      batch_(new SendBatch) {
  buffers_.reserve(kept_buffers);
  outboxes_.reserve(kept_outboxes);
  if (options_.max_connections == 0) options_.max_connections = std::max(1, descriptor_limit() - 64);
  if (!options_.log) options_.log = std::make_shared<Log>();
  if (!options_.connections) options_.connections = std::make_shared<std::atomic<int>>(0);
  started_ = clock_ = now_ = backend_->now();
  if (inbox_ != nullptr)
    backend_->wake_through(inbox_->wake_descriptor());
  else
    log(LogLevel::error, "net", "there are more than 256 loops: this one hears nothing from other threads");
}

Reactor::~Reactor() {
  const MakeCurrent here(this);
  close_all();
  connector_.reset();  // before its slot can be another loop's, which would be told of the names that it looks up
  if (inbox_ != nullptr) inbox_->release();
}

void Reactor::close_all() {
  const MakeCurrent here(this);
  for (auto& listener : listeners_) close_listener(*listener, false);
  if (connector_) connector_->fail_all();
  slab_.for_each([this](Stream& stream, std::uint32_t) { kill(stream, CloseCause::aborted); });
  release_closed_streams();
}

void Reactor::call(Function<void()> fn) {
  const MakeCurrent here(this);
  fn();
}

int Reactor::slot() const noexcept { return inbox_ != nullptr ? inbox_->slot() : -1; }

void Reactor::post(Function<void()> fn) { Inbox::post(slot(), std::move(fn)); }
bool Reactor::post_to(int slot, Function<void()> fn) { return Inbox::post(slot, std::move(fn)); }

void Reactor::stop() {
  stop_.store(true);
  post([] {});  // wakes it
}

void Reactor::run() {
  const MakeCurrent here(this);
  while (!stop_.load(std::memory_order_relaxed)) turn();
}

// -- a turn ----------------------------------------------------------------------------------------------------------

void Reactor::turn() {
  const MakeCurrent here(this);
  wait();
  read_ready_streams();
  doing("a posted function");
  if (inbox_ != nullptr && inbox_->drain() != 0) out_of_memory(nullptr);
  doing("a timer");
  expire_timers();
  doing("the end of the turn");
  run_end_of_turn();
  flush_written_streams();
  release_closed_streams();
  if (!large_buffers_.empty() && !trimming_large_buffers_) trim_large_buffers();
  tell_time(0ns);
}

bool Reactor::has_work() const {
  return !ready_.empty() || !written_.empty() || closed_ != 0 || !end_of_turn_.empty() ||
         (inbox_ != nullptr && !inbox_->empty());
}

void Reactor::wait() {
  auto timeout = -1ms;
  const TimerWheel::Tick next = timers_.next();
  if (next != TimerWheel::never) {
    const auto until = started_ + std::chrono::milliseconds(next) - now_;
    timeout = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(until), 0ms, longest_wait);
  }
  if (has_work() || stopping()) timeout = 0ms;
  ready_now_.swap(ready_);  // whoever has had a turn in this one waits for the next
  busy_since_.store(0, std::memory_order_relaxed);
  const auto came = events(timeout);
  tell_time(timeout < 0ms ? std::chrono::nanoseconds::max() : timeout);
  note_who_came(came);
  doing("the loop");
  busy_since_.store(clock_.time_since_epoch().count(), std::memory_order_relaxed);
  for (const Event& event : came) {
    // An event of a stream that an earlier event of this batch has closed finds nothing.
    Stream* stream = token::is_listener(event.token) ? nullptr : find(event.token);
    in_memory([&] { stream != nullptr ? dispatch(*stream, event) : dispatch(event); }, stream);
  }
}

std::span<const Event> Reactor::events(std::chrono::milliseconds timeout) {
  if (timeout == 0ms) return backend_->wait(0ms);
  const TimePoint begun = clock_;  // told as the last turn ended
  if (const auto limit = spin_.next(); limit > 0ns) {
    auto passed = 0ns;
    do {
      const auto came = backend_->wait(0ms);
      passed = backend_->now() - begun;
      if (!came.empty() || (inbox_ != nullptr && !inbox_->empty())) {
        spin_.found(passed);
        return came;
      }
    } while (passed < limit);
    spin_.missed();
  }
  if (inbox_ != nullptr && !inbox_->may_sleep()) return backend_->wait(0ms);
  const auto came = backend_->wait(timeout);
  if (inbox_ != nullptr) inbox_->woken();
  spin_.slept(backend_->now() - begun);
  return came;
}

void Reactor::note_who_came(std::span<const Event> came) noexcept {
  if (came.size() > Spin::few) return spin_.heard_many();
  for (const Event& event : came) token::is_listener(event.token) ? spin_.heard_many() : spin_.heard(event.token);
}

// `expected`: how long it could have taken. What exceeds it by more than two seconds is not the peers' doing (SIGSTOP,
// a paused machine, a handler that blocked): loop time stands still over it.
void Reactor::tell_time(std::chrono::nanoseconds expected) {
  const TimePoint before = std::exchange(clock_, backend_->now());
  const auto passed = clock_ - before;
  if (expected == std::chrono::nanoseconds::max() || passed <= expected + stall) now_ += passed;
}

void Reactor::dispatch(const Event& event) {
  if (token::is_attempt(event.token)) return connector_->on_event(event.token);
  if (!token::is_listener(event.token)) return;
  Listener& listener = *listeners_[token::listener(event.token)];
  if (!listener.closed_) accept(listener, token::socket(event.token));
}

void Reactor::dispatch(Stream& stream, const Event& event) {
  if (event.ended) stream.peer_ended_ = true;
  if (event.readable) {
    stream.more_to_read_ = true;
    read(stream);
  }
  if (event.failed && !stream.dead_ && !stream.wants_input()) return kill(stream, CloseCause::reset);
  if (event.writable && stream.blocked_) {
    stream.blocked_ = false;
    written(stream);
  }
}

void Reactor::out_of_memory(Stream* stream) noexcept {
  if (stream != nullptr) kill(*stream, CloseCause::aborted);
  try {
    log(LogLevel::error, "net", stream != nullptr ? "out of memory: a connection is given up" : "out of memory");
  } catch (const std::bad_alloc&) {  // not even for saying so
  }
}

void Reactor::read_ready_streams() {
  for (const std::uint64_t bits : ready_now_) {
    Stream* stream = find(bits);
    if (stream == nullptr) continue;
    stream->in_ready_ = false;
    in_memory(
        [&] {
          if (stream->aside_ != nullptr && stream->wants_input()) {
            stream->aside_->prepare(padding);
            handing_ = std::exchange(stream->aside_, nullptr);
            hand_over(*stream, handing_->bytes());
          }
          if (handing_ != nullptr) give_back(std::exchange(handing_, nullptr));
          if (stream->more_to_read_) read(*stream);
        },
        stream);
    if (handing_ != nullptr) give_back(std::exchange(handing_, nullptr));
  }
  ready_now_.clear();
}

void Reactor::run_end_of_turn() {
  if (end_of_turn_.empty()) return;
  end_of_turn_now_.swap(end_of_turn_);
  for (auto& fn : end_of_turn_now_) in_memory(fn);
  end_of_turn_now_.clear();
}

void Reactor::at_end_of_turn(Function<void()> fn) { end_of_turn_.push_back(std::move(fn)); }

Reactor::Activity Reactor::activity() const noexcept {
  const auto since = busy_since_.load(std::memory_order_relaxed);
  if (since == 0) return {};
  return {doing_.load(std::memory_order_relaxed), std::chrono::nanoseconds(since)};
}

void Reactor::log(LogLevel level, std::string_view component, std::string_view text) {
  options_.log->write(level, component, text);
}

// -- timers ----------------------------------------------------------------------------------------------------------

TimerWheel::Tick Reactor::tick(TimePoint at) const noexcept {
  return static_cast<TimerWheel::Tick>(std::chrono::floor<std::chrono::milliseconds>(at - started_).count());
}

std::uint32_t Reactor::arm(std::chrono::nanoseconds delay, TimerKind kind, std::uint64_t payload) {
  return timers_.add(tick(now_ + std::max(delay, 0ns) + 999'999ns),
                     token::kind(static_cast<std::uint64_t>(kind)) | payload);
}

// Rounded up to a 64th of the delay, and 8 ms at least: deadlines of neighbours fall due together, and 32 bits count
// 8 ms for more than a year.
void Reactor::set_deadline(Stream& stream, std::chrono::milliseconds delay) {
  delay = std::clamp<std::chrono::milliseconds>(delay, 0ms, longest_deadline);
  const auto coarse = std::max(deadline_unit, std::bit_floor(static_cast<TimerWheel::Tick>(delay.count()) / 64));
  const TimerWheel::Tick when = (tick(now_ + delay + 999'999ns) + coarse - 1) & ~(coarse - 1);
  const auto time = static_cast<Deadlines::Time>(when / deadline_unit);
  StreamGroup& group = stream.group();
  if (group.timer == 0 || Deadlines::earlier(time, group.armed_at)) arm(group, when);
  group.deadlines.set(stream.place_, time);
}

void Reactor::clear_deadline(Stream& stream) noexcept { stream.group().deadlines.clear(stream.place_); }

void Reactor::arm(StreamGroup& group, TimerWheel::Tick when) {
  if (group.timer != 0) timers_.cancel(std::exchange(group.timer, 0));
  group.timer = timers_.add(when, token::kind(static_cast<std::uint64_t>(TimerKind::deadline)) | group.first_slot);
  group.armed_at = static_cast<Deadlines::Time>(when / deadline_unit);
}

void Reactor::expire_deadlines(StreamGroup& group) {
  group.timer = 0;
  const TimerWheel::Tick now = tick(now_) / deadline_unit;
  // The timer that has just fired is free to be armed again: it wants no memory.
  if (const auto next = group.deadlines.expire(static_cast<Deadlines::Time>(now)))
    arm(group, (now + (*next - static_cast<Deadlines::Time>(now))) * deadline_unit);
  while (const auto place = group.deadlines.take_due()) {
    Stream& stream = *slab_.at(group.first_slot + *place);
    in_memory([&] { deadline_came(stream); }, &stream);
  }
}

TimerId Reactor::after(std::chrono::milliseconds delay, Function<void()> fn) {
  std::uint32_t index;
  if (free_functions_.empty()) {
    // Giving it back must not want memory.
    if (free_functions_.capacity() <= functions_.size()) free_functions_.reserve(2 * functions_.size() + 16);
    index = static_cast<std::uint32_t>(functions_.size());
    functions_.push_back(std::move(fn));
  } else {
    index = free_functions_.back();
    free_functions_.pop_back();
    functions_[index] = std::move(fn);
  }
  try {
    return timers_.stamp(arm(delay, TimerKind::function, index));
  } catch (const std::bad_alloc&) {
    functions_[index] = nullptr;
    free_functions_.push_back(index);
    throw;
  }
}

void Reactor::cancel(TimerId id) {
  if (const auto payload = timers_.cancel_stamped(id)) {
    const auto index = static_cast<std::uint32_t>(*payload);
    free_functions_.push_back(index);
    // Destroyed last: what it owns may use the loop as it goes.
    const Function<void()> gone = std::move(functions_[index]);
  }
}

void Reactor::expire_timers() {
  timers_.expire(tick(now_), [this](std::uint64_t payload) {
    const auto kind = static_cast<TimerKind>(token::kind_of(payload));
    if (kind == TimerKind::function) {
      const auto index = static_cast<std::uint32_t>(payload);
      Function<void()> fn = std::move(functions_[index]);
      free_functions_.push_back(index);
      in_memory(fn);
      return;
    }
    if (kind == TimerKind::deadline) return expire_deadlines(slab_.shared(token::slot(payload)));
    Stream* stream = slab_.find(token::slot(payload), token::generation(payload));
    if (stream != nullptr && !stream->dead_) in_memory([&] { timer_fired(*stream, kind); }, stream);
  });
}

void Reactor::timer_fired(Stream& stream, TimerKind kind) {
  if (kind == TimerKind::handshake) return handshake_timed_out(stream);
  write_timed_out(stream);
}

void Reactor::deadline_came(Stream& stream) {
  if (stream.lingering_) return kill(stream, CloseCause::local);
  if (StreamOwner* owner = stream.owner()) owner->on_deadline();
}

// -- streams ---------------------------------------------------------------------------------------------------------

Stream* Reactor::find(std::uint64_t handle_bits) noexcept {
  if (token::loop(handle_bits) != (static_cast<std::uint64_t>(slot()) & 0xff)) return nullptr;
  Stream* stream = slab_.find(token::slot(handle_bits), token::generation(handle_bits));
  return stream == nullptr || stream->dead_ ? nullptr : stream;
}

Slice Reactor::hold(SharedBytes bytes) { return blocks_.take(std::move(bytes)); }

Stream& Reactor::make_stream(int descriptor) {
  const std::uint32_t slot = slab_.create(descriptor);
  Stream& stream = *slab_.at(slot);
  stream.place_ = static_cast<std::uint8_t>(slot % Stream::Slab::per_chunk);
  StreamGroup& group = stream.group();
  group.reactor = this;
  group.first_slot = slot - stream.place_;
  return stream;
}

Stream* Reactor::open(int descriptor) {
  Stream* made = nullptr;
  if (!in_memory([&] { made = &make_stream(descriptor); })) {
    backend_->close(descriptor, false);
    return nullptr;
  }
  Stream& stream = *made;
  if (!backend_->watch(descriptor, stream.handle_bits())) {
    slab_.destroy(stream.slot());
    backend_->close(descriptor, false);
    log(LogLevel::error, "net", "the kernel will not watch another connection");
    return nullptr;
  }
  options_.connections->fetch_add(1, std::memory_order_relaxed);
  return &stream;
}

Stream& Reactor::adopt(DetachedStream detached, StreamOwner& owner) {
  Stream& stream = make_stream(detached.descriptor_);
  detached.descriptor_ = -1;
  stream.set_owner(&owner);
  stream.peer_ended_ = detached.peer_ended_;
  options_.connections->fetch_add(1, std::memory_order_relaxed);
  in_memory([&] { begin_adopted(stream, detached); }, &stream);
  return stream;
}

void Reactor::begin_adopted(Stream& stream, DetachedStream& detached) {
  if (!backend_->watch(stream.descriptor_, stream.handle_bits()))
    kill(stream, CloseCause::aborted);
  else
    read_again(stream);  // what is unread, and TLS's end, which may have been decrypted already
  put_aside(stream, detached.unread_.bytes());
  if (detached.tls_ != nullptr) {
    stream.tls_ = std::exchange(detached.tls_, nullptr);
    stream.tls_->move_to(tls_io());
    if (!stream.dead_ && !stream.tls_->pending.empty()) {
      outbox_of(stream);
      written(stream);
    }
  }
}

void Reactor::kill(Stream& stream, CloseCause cause, bool reset) {
  if (stream.dead_) return;
  stream.dead_ = true;
  stream.cause_ = cause;
  clear_deadline(stream);
  if (stream.outbox_ != nullptr) give_back_outbox(stream);
  if (stream.aside_ != nullptr) give_back(std::exchange(stream.aside_, nullptr));
  if (stream.tls_ != nullptr && stream.tls_->handshake_timer != 0)
    timers_.cancel(std::exchange(stream.tls_->handshake_timer, 0));
  if (stream.descriptor_ >= 0) backend_->close(std::exchange(stream.descriptor_, -1), reset);
  options_.connections->fetch_sub(1, std::memory_order_relaxed);
  stream.next_closed_ = nullptr;
  (first_closed_ == nullptr ? first_closed_ : last_closed_->next_closed_) = &stream;
  last_closed_ = &stream;
  ++closed_;
}

void Reactor::release_closed_streams() {
  if (closed_ == 0) return;
  // on_closed may close others: they are released in the same round.
  for (Stream* stream = first_closed_; stream != nullptr; stream = stream->next_closed_) {
    StreamOwner* const owner = stream->owner();
    stream->owned_ = false;
    if (owner != nullptr) in_memory([&] { owner->on_closed(stream->cause_); });
  }
  // A list may still name them: what they are named by must outlive it.
  std::erase_if(written_, [](const Stream* stream) { return stream->dead_; });
  for (Stream* stream = std::exchange(first_closed_, nullptr); stream != nullptr;) {
    Stream* const next = stream->next_closed_;
    delete stream->tls_;
    slab_.destroy(stream->slot());
    stream = next;
  }
  last_closed_ = nullptr;
  closed_ = 0;
}

Buffer* Reactor::take_buffer(std::size_t room) {
  std::unique_ptr<Buffer> buffer;
  if (buffers_.empty()) {
    buffer = std::make_unique<Buffer>();
  } else {
    buffer = std::move(buffers_.back());
    buffers_.pop_back();
  }
  if (buffer->capacity() < room) *buffer = large_buffers_.take(room);
  return buffer.release();
}

void Reactor::give_back(Buffer* buffer) noexcept {
  std::unique_ptr<Buffer> owned(buffer);
  if (owned->capacity() >= BufferPool::smallest) large_buffers_.give_back(std::exchange(*owned, Buffer()));
  if (buffers_.size() >= kept_buffers) return;
  owned->clear();
  buffers_.push_back(std::move(owned));
}

// A loop at rest has nothing to spare: it comes down within two seconds.
void Reactor::trim_large_buffers() {
  large_buffers_.trim();
  trimming_large_buffers_ =
      !large_buffers_.empty() && in_memory([this] { after(1s, [this] { trim_large_buffers(); }); });
}

}  // namespace duplex::net
