// SPDX-License-Identifier: MIT
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/buffer.h"
#include "net/backend.h"
#include "net/reactor.h"

namespace duplex::net {

struct MemoryPipe;
class MemoryBackend;

/// The far end of a connection to a loop in memory: what a client's socket would be. A name, that may be copied; it
/// outlives the stream, not the backend. Calls take effect at the loop's next turn, as the network's do.
class MemoryPeer {
 public:
  MemoryPeer() = default;
  bool write(ConstBytes bytes);  ///< false when the other side is gone
  bool write(std::string_view text) { return write(as_bytes(text)); }
  /// Takes at most this many of the bytes that have arrived.
  std::string read(std::size_t most = SIZE_MAX);
  /// Looks at them without taking them.
  ConstBytes arrived() const;
  void finish();  ///< FIN: nothing more will be written
  void reset();   ///< RST
  /// How many bytes may lie here unread before the server's writes are cut short, and then refused.
  void set_window(std::size_t bytes);
  bool ended() const;      ///< the server has sent FIN, or closed
  bool closed() const;     ///< the server holds the stream no more
  bool was_reset() const;  ///< it sent RST: it aborted so, or closed with our bytes unread

 private:
  friend class MemoryBackend;
  MemoryPeer(MemoryBackend* backend, std::shared_ptr<MemoryPipe> pipe) : backend_(backend), pipe_(std::move(pipe)) {}
  MemoryBackend* backend_ = nullptr;
  std::shared_ptr<MemoryPipe> pipe_;
};

/// No kernel, no thread and no clock: deterministic. Time passes only in `advance`; faults come as scripted.
class MemoryBackend final : public Backend {
 public:
  enum class Call : unsigned char { accept, read, send };
  struct Fault {
    int error = 0;                   ///< the call fails so, as EINTR, EAGAIN, ENOBUFS, ECONNRESET, EMFILE
    std::size_t at_most = SIZE_MAX;  ///< or it does at most this many bytes
  };

  MemoryBackend();
  ~MemoryBackend() override;

  /// A client's connection to who listens on this port; null-like (`closed()`) if nobody does. 0: to the first
  /// listener.
  MemoryPeer connect(int port = 0);
  /// The far end of a connection that the loop has made, in their order: a server's socket; null-like (`closed()`) if
  /// there is none.
  MemoryPeer accept_dialled();
  /// Asked whenever the loop connects: 0, an errno, or EINPROGRESS, and then nobody answers for ever. Without a script,
  /// everybody is accepted at once.
  void set_dial(Function<int(const Address&)> script) { dial_script_ = std::move(script); }
  /// Asked before each call, with how many of its kind came before.
  void set_faults(Function<Fault(Call call, std::uint64_t number)> script) { script_ = std::move(script); }
  /// The clock jumps while nobody looks, as when the process was stopped.
  void stall(std::chrono::milliseconds jump) { clock_ += jump; }
  std::uint64_t calls(Call call) const { return calls_[static_cast<std::size_t>(call)]; }

  TimePoint now() noexcept override { return clock_; }
  std::span<const Event> wait(std::chrono::milliseconds timeout) override;
  void wake_through(int) override {}
  Result<int> listen(Address& address, const ListenOptions& options) override;
  Io accept(int listener) override;
  bool watch_listener(int listener, std::uint64_t token) override;
  void ignore_listener(int listener) override;
  Io connect_to(const Address& address, std::chrono::milliseconds write_timeout) override;
  int connect_result(int descriptor) override;
  bool watch(int descriptor, std::uint64_t token) override;
  bool watch_output(int descriptor, std::uint64_t token) override;
  void unwatch(int descriptor) override;
  Io read(int descriptor, Bytes into) override;
  Io send(int descriptor, std::span<const iovec> pieces, Follows follows) override;
  void shutdown_write(int descriptor) override;
  void close(int descriptor, bool reset) override;
  Address peer(int descriptor) override;
  bool of_kernel() const noexcept override { return false; }

 private:
  friend class MemoryPeer;
  friend class MemoryLoop;
  struct Listening {
    Address address;
    std::deque<std::shared_ptr<MemoryPipe>> backlog;
    std::uint64_t token = 0;
    bool watched = false, open = true;
  };
  static constexpr int first_listener = 1 << 28;
  Listening& listening(int descriptor) { return *listening_[static_cast<std::size_t>(descriptor - first_listener)]; }
  MemoryPipe& pipe(int descriptor) { return *pipes_[static_cast<std::size_t>(descriptor)]; }
  Fault fault(Call call);
  int place(std::shared_ptr<MemoryPipe> pipe);
  void edge(MemoryPipe& pipe);
  bool has_events() const;

  TimePoint clock_;
  std::chrono::milliseconds granted_{0};  // how much time may still pass
  std::vector<std::unique_ptr<Listening>> listening_;
  std::vector<std::shared_ptr<MemoryPipe>> pipes_;
  std::vector<int> free_;
  std::deque<std::shared_ptr<MemoryPipe>> dialled_;  // connected, and not yet taken by the test
  std::vector<int> edges_, edges_now_;               // descriptors with news
  std::vector<Event> events_;
  Function<Fault(Call, std::uint64_t)> script_;
  Function<int(const Address&)> dial_script_;
  std::uint64_t calls_[3] = {};
};

/// A reactor in memory, and the hand that turns it.
class MemoryLoop {
 public:
  explicit MemoryLoop(ReactorOptions options = {});

  Reactor& reactor() noexcept { return reactor_; }
  MemoryBackend& backend() noexcept { return *backend_; }
  MemoryPeer connect(int port = 0) { return backend_->connect(port); }

  /// Turns until nothing more happens without time passing.
  void run() { run(*backend_, reactor_); }
  /// Lets time pass, with a turn whenever a timer falls due; then runs.
  void advance(std::chrono::milliseconds by) { advance(*backend_, reactor_, by); }

  // The same for a reactor that somebody else owns, a server's for example.
  static void run(MemoryBackend& backend, Reactor& reactor);
  static void advance(MemoryBackend& backend, Reactor& reactor, std::chrono::milliseconds by);

 private:
  MemoryBackend* backend_;
  Reactor reactor_;
};

}  // namespace duplex::net
