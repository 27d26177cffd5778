// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include <duplex/function.h>
#include <duplex/log.h>

#include "core/buffer_pool.h"
#include "core/timer_wheel.h"
#include "net/connect.h"
#include "net/listener.h"
#include "net/spin.h"
#include "net/stream.h"

namespace duplex {
class Inbox;
class Log;
}  // namespace duplex

namespace duplex::net {

class Backend;
class Connector;
class TlsIo;
struct Event;
enum class Follows : std::uint8_t;
struct Io;
struct SendBatch;

struct ReactorOptions {
  std::size_t read_buffer = 512 * 1024;             ///< bytes read at once; one buffer a loop, however many streams
  std::size_t soft_limit = 256 * 1024;              ///< outbox bytes at which a stream counts as slow
  std::size_t hard_limit = 1024 * 1024;             ///< outbox bytes at which reading from the stream pauses
  std::chrono::milliseconds stall_limit{100};       ///< a handler that blocks the loop for longer is named in the log
  std::chrono::milliseconds write_timeout{20'000};  ///< no progress for this long ends the stream
  int max_connections = 0;                          ///< 0: the descriptor limit less 64
  /// How long a loop with nothing to do looks for more before it sleeps, while events come that fast; 0: never.
  std::chrono::microseconds spin{50};
  std::shared_ptr<Log> log = {};                       ///< empty: one of its own, to standard error
  std::shared_ptr<std::atomic<int>> connections = {};  ///< counted against the maximum; shared by the loops of a group
};

using TimerId = std::uint64_t;

/// One thread's event loop: streams, timers, and an inbox that any thread may post to.
/// Its slot (0–255) in a process-wide table of inboxes makes a handle safe to use when the loop is gone: the post is
/// dropped.
class alignas(64) Reactor {
 public:
  explicit Reactor(std::unique_ptr<Backend> backend, ReactorOptions options = {});
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  int slot() const noexcept;
  bool on_this_thread() const noexcept { return current() == this; }  ///< Any thread.
  /// Loop time: monotonic, read once a turn; stands still while the process was stopped or a handler blocked for more
  /// than 2 s, so that a pause causes no mass of false timeouts (robustness R14).
  std::chrono::steady_clock::time_point now() const noexcept { return now_; }

  void post(Function<void()> fn);  ///< Any thread. Runs on the loop, in order per posting thread.
  /// Posts to the loop of this slot; false if there is none (any more). Any thread.
  static bool post_to(int slot, Function<void()> fn);
  /// The reactor whose thread this is, or null.
  static Reactor* current() noexcept;

  TimerId after(std::chrono::milliseconds delay, Function<void()> fn);
  void cancel(TimerId id);
  /// Runs at the end of this turn, before what was written is flushed.
  void at_end_of_turn(Function<void()> fn);

  /// The live stream of these handle bits, or null: stale, or of another loop.
  Stream* find(std::uint64_t handle_bits) noexcept;
  /// The loop's large buffers between two uses.
  BufferPool& large_buffers() noexcept { return large_buffers_; }
  /// What many streams are to be given: held once in this loop. `release()` it after handing it to them, in the same
  /// turn.
  Slice hold(SharedBytes bytes);
  /// Blocks that somebody has not let go of.
  std::size_t blocks_held() const noexcept { return blocks_.in_use(); }

  Result<Listener*> listen(const Address& address, ListenOptions options, Function<void(Stream&)> on_accept);
  void close_listeners();  ///< each one accepts what waits in its backlog, then closes
  /// Makes a connection to a name or an address. `then` is called once, on the loop, never before this returns. A name
  /// is looked up on another thread, and of its addresses the first that accepts is taken (RFC 8305).
  ConnectId connect(Endpoint to, ConnectOptions options, Function<void(Connected)> then);
  void cancel_connect(ConnectId id);  ///< `then` is not called any more
  Stream& adopt(DetachedStream stream, StreamOwner& owner);
  std::size_t streams() const noexcept { return slab_.size() - closed_; }  ///< open ones
  /// Calls `f(stream)` for each open stream.
  template <class F>
  void for_each_stream(F&& f) {
    slab_.for_each([&](Stream& stream, std::uint32_t) {
      if (!stream.dead_) f(stream);
    });
  }

  /// What the loop is doing now, for the stall detector: a string that outlives the loop or the handler. Costs one
  /// store.
  void doing(const char* what) noexcept { doing_.store(what, std::memory_order_relaxed); }
  /// What it does, and since when on the backend's clock; nothing while it waits. Any thread.
  struct Activity {
    const char* what = nullptr;
    std::chrono::nanoseconds since{0};
  };
  Activity activity() const noexcept;
  const char* doing() const noexcept { return doing_.load(std::memory_order_relaxed); }
  void log(LogLevel level, std::string_view component, std::string_view text);

  /// Calls `fn` as the loop would. Before the loop runs or after, on any thread.
  void call(Function<void()> fn);
  /// Closes listeners and streams at once: their owners hear it before this returns. Before the loop runs or after, on
  /// any thread.
  void close_all();
  void run();             ///< turns until `stop`
  void stop();            ///< Any thread.
  void turn();            ///< waits for events once and handles them
  bool has_work() const;  ///< the next turn will not wait
  bool stopping() const noexcept { return stop_.load(std::memory_order_relaxed); }

 private:
  friend class Stream;
  friend class Listener;
  friend class Connector;
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::size_t gather_size = 64 * 1024;
  static constexpr std::size_t padding = 64;  // after what on_bytes is given: vectorised parsers read past the end
  static constexpr std::size_t kept_buffers = 64, kept_outboxes = 256;  // spare ones
  enum class TimerKind : std::uint64_t { deadline, write, function, handshake };

  // -- the parts of a turn (reactor.cpp)
  void wait();
  std::span<const Event> events(std::chrono::milliseconds timeout);
  void note_who_came(std::span<const Event> came) noexcept;
  void tell_time(std::chrono::nanoseconds expected);
  void dispatch(const Event& event);
  void dispatch(Stream& stream, const Event& event);
  void read_ready_streams();
  void expire_timers();
  void timer_fired(Stream& stream, TimerKind kind);
  void deadline_came(Stream& stream);
  void run_end_of_turn();
  void flush_written_streams();
  void release_closed_streams();
  TimerWheel::Tick tick(TimePoint at) const noexcept;
  std::uint32_t arm(std::chrono::nanoseconds delay, TimerKind kind, std::uint64_t payload);
  void arm(StreamGroup& group, TimerWheel::Tick when);
  void expire_deadlines(StreamGroup& group);

  // -- reading (stream_reading.cpp)
  void read(Stream& stream);
  Bytes room_for(Stream& stream);
  void received(Stream& stream, Bytes bytes);
  void hand_over(Stream& stream, Bytes bytes);
  void read_again(Stream& stream);
  void put_aside(Stream& stream, ConstBytes rest);
  void end_of_input(Stream& stream);

  // -- writing (stream_writing.cpp)
  Outbox& outbox_of(Stream& stream);
  Outbox* new_outbox();
  void trim_outboxes();
  void give_back_outbox(Stream& stream);
  void written(Stream& stream);
  void note_fill(Stream& stream);
  void gather(Stream& stream);
  static Follows what_follows(Stream& stream, std::size_t bytes) noexcept;
  void send_batch();
  void batch_sent(Stream& stream, const Io& result);
  void flush(Stream& stream);
  void flushed(Stream& stream);
  bool flush_plain(Stream& stream);
  void send_failed(Stream& stream, int error);
  void retry_later(Stream& stream);
  void write_timed_out(Stream& stream);

  // -- TLS (stream_tls.cpp)
  TlsIo& tls_io();
  void begin_handshake(Stream& stream, Listener& listener);
  void begin_handshake(Stream& stream, std::unique_ptr<TlsSession> client);
  bool shake_hands(Stream& stream);
  void received_encrypted(Stream& stream, ConstBytes bytes);
  void keep_encrypted(Stream& stream);
  void tls_failed(Stream& stream, const char* what);
  void handshake_timed_out(Stream& stream);
  bool send_encrypted(Stream& stream, Buffer& from, Follows follows);
  bool flush_encrypted(Stream& stream);

  // -- opening and closing (reactor.cpp, listener.cpp)
  template <class F>
  bool in_memory(F&& f, Stream* stream = nullptr);
  void out_of_memory(Stream* stream) noexcept;
  Stream& make_stream(int descriptor);
  Stream* open(int descriptor);
  void begin_adopted(Stream& stream, DetachedStream& detached);
  void kill(Stream& stream, CloseCause cause, bool reset = false);
  void finish_close(Stream& stream);
  void set_deadline(Stream& stream, std::chrono::milliseconds delay);
  void clear_deadline(Stream& stream) noexcept;
  Result<void> open_socket(Listener& listener, Address address);
  void accept(Listener& listener, std::size_t socket);
  void accepted(Listener& listener, int descriptor);
  void give_to(Stream& stream, Listener& listener);
  void pause_accepting(Listener& listener, std::size_t socket, std::chrono::milliseconds delay);
  void close_listener(Listener& listener, bool drain);
  Buffer* take_buffer(std::size_t room);
  void give_back(Buffer* buffer) noexcept;
  void trim_large_buffers();

  std::unique_ptr<Backend> backend_;
  ReactorOptions options_;
  Inbox* inbox_;
  std::atomic<bool> stop_{false};

  TimePoint started_, clock_, now_;  // clock_ is the backend's, now_ loop time
  Spin spin_;
  TimerWheel timers_;
  std::vector<Function<void()>> functions_;  // of `after`
  std::vector<std::uint32_t> free_functions_;
  std::vector<Function<void()>> end_of_turn_, end_of_turn_now_;

  Stream::Slab slab_;
  std::vector<std::uint64_t> ready_, ready_now_;  // to be read from again: handle bits
  std::vector<Stream*> written_, written_now_;    // to be flushed
  std::vector<std::uint64_t> retry_;              // the kernel had no memory
  std::vector<Stream*> drained_;
  // Dead streams are a chain: what ends for want of memory must not want any.
  std::size_t closed_ = 0;
  Stream *first_closed_ = nullptr, *last_closed_ = nullptr;
  std::vector<std::unique_ptr<Listener>> listeners_;

  std::unique_ptr<std::byte[]> read_buffer_, gather_buffer_;
  std::unique_ptr<SendBatch> batch_;
  std::unique_ptr<Connector> connector_;  // once it has connected
  std::unique_ptr<TlsIo> tls_io_;         // once there is a TLS stream
  Buffer* handing_ = nullptr;             // the aside that on_bytes is looking at
  LocalBlockPool blocks_;
  BufferPool large_buffers_;
  bool trimming_large_buffers_ = false;
  std::vector<std::unique_ptr<Outbox>> outboxes_;        // spare
  std::size_t outboxes_made_ = 0, outboxes_wanted_ = 0;  // spare and used; the most that were used at once
  bool trimming_outboxes_ = false;
  std::vector<std::unique_ptr<Buffer>> buffers_;  // spare

  std::atomic<const char*> doing_{"the loop"};
  std::atomic<std::int64_t> busy_since_{0};
};

// The library throws nothing but bad_alloc. Whom it hits ends, or goes without; the loop and the others go on (R11).
template <class F>
bool Reactor::in_memory(F&& f, Stream* stream) {
  try {
    f();
    return true;
  } catch (const std::bad_alloc&) {
    out_of_memory(stream);
    return false;
  }
}

}  // namespace duplex::net
