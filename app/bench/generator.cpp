// SPDX-License-Identifier: MIT
#include "app/bench/generator.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

#include "app/bench/interrupt.h"
#include "app/bench/numbers.h"

namespace duplex::bench {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::size_t read_size = 256 * 1024;
/// Below this a timer is too coarse: the loop spins until the next message is due.
constexpr std::uint64_t spin_below = 60'000;

constexpr std::uint64_t line_mark = ~std::uint64_t{0}, wake_mark = line_mark - 1;

std::uint64_t to_ns(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

std::uint64_t thread_cpu_ns() noexcept {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * second + static_cast<std::uint64_t>(time.tv_nsec);
}

/// What each publisher sends, over and over.
std::vector<Cycle> cycles(const std::vector<Unit>& units, Framing framing, std::size_t publishers) {
  std::vector<Cycle> result;
  result.reserve(publishers);
  const std::size_t each = units.size() / publishers;
  for (auto unit = units.begin(); unit != units.end(); unit += static_cast<std::ptrdiff_t>(each))
    result.emplace_back(std::vector(unit, unit + static_cast<std::ptrdiff_t>(each)), framing, 64 * 1024 / publishers);
  return result;
}

}  // namespace

std::uint64_t clock_ns() noexcept {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * second + static_cast<std::uint64_t>(time.tv_nsec);
}

Generator::Generator(const Options& options, const Seat& seat)
    : options_(options),
      seat_(seat),
      units_(make_units(options.content, options.size, options.socket_io, options.publishers)),
      expected_(units_, options.socket_io, options.transport == Transport::polling ? Framing::polling : Framing::server,
                options.publishers),
      plain_(cycles(units_, options.transport == Transport::polling ? Framing::polling : Framing::client,
                    options.publishers)),
      connections_(options.connections),
      progress_(seat.line < 0),
      rounds_(seat.rounds != nullptr ? *seat.rounds : own_rounds_.emplace(options.publishers)) {
  expected_.limits.deflate = &contexts_;
  if (options_.deflate) packed_ = cycles(units_, Framing::client_deflated, options_.publishers);
  scratch_.prepare(read_size);
  waiting_.reserve(options_.connections);
  found_.rates.reserve(3600);
  if ((options_.mode == Mode::echo && options_.rate == 0) || options_.mode == Mode::request)
    for (Connection& connection : connections_) connection.stamps.reserve(options_.in_flight);
  if (options_.transport != Transport::websocket)
    for (Connection& connection : connections_) connection.polling = std::make_unique<Polling>();
}

Generator::~Generator() {
  if (epoll_ >= 0) ::close(epoll_);
}

Findings Generator::run() {
  const Interruptible interruptible;
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  now_ = last_progress_ = clock_ns();
  epoll_event event{.events = EPOLLIN, .data = {.u64 = line_mark}};
  if (seat_.line >= 0) {
    epoll_ctl(epoll_, EPOLL_CTL_ADD, seat_.line, &event);
    event.data.u64 = wake_mark;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, (*seat_.wakers)[seat_.number], &event);
  }
  if (!resolve() || !raise_descriptor_limit() || !prepare_tls()) return std::move(found_);
  prepare_request();
  if (!options_.server_pids.empty()) look_at_server();
  meet();

  if (options_.mode != Mode::handshake) open_all();
  began_ = meet();
  warm_up();
  measure();
  if (options_.mode == Mode::broadcast) sending_ = false;  // after the meeting, what is expected is known for good
  meet();
  drain();
  close_all();
  progress_.clear();
  found_.interrupted = interrupted();
  return std::move(found_);
}

void Generator::look_at_server() {
  if (options_.mode == Mode::idle) {
    // The first connection makes a server allocate much that it needs but once: that is not the price of a connection.
    Connection& first = connections_.front();
    begin(first);
    const std::uint64_t end = now_ + to_ns(options_.timeout);
    while (running() && first.state != Connection::open && now_ < end) turn(end);
    if (first.state == Connection::open) {
      say_goodbye(first);
      flush(first);
    }
    while (running() && first.state != Connection::closed && now_ < end) turn(end);
    if (first.state != Connection::closed) let_go(first);
    found_.opened = found_.compressed = 0;
  }
  found_.memory_before = sample(options_.server_pids, true);
  if (!found_.memory_before) fail("the process of --server-pid does not exist, or may not be looked at");
}

bool Generator::running() const noexcept { return !failed_ && !interrupted(); }

void Generator::open_all() {
  const std::uint64_t began = clock_ns();
  while (running() && found_.opened < connections_.size()) {
    while (running() && begun_ < connections_.size() && in_making_ < options_.opening) begin(connections_[begun_++]);
    turn(now_ + second);
    if (in_making_ > 0 && now_ - last_progress_ > to_ns(options_.timeout))
      fail(std::to_string(in_making_) + " connections were not answered within " + fixed(options_.timeout, 1) + " s; " +
           std::to_string(found_.opened) + " are open");
  }
  found_.opening_seconds = static_cast<double>(clock_ns() - began) / 1e9;
  if (!options_.announce || !running()) return;
  progress_.clear();
  std::fprintf(stderr, "%zu connections are open after %.1f s\n", found_.opened, found_.opening_seconds);
}

void Generator::warm_up() {
  if (!running()) return;
  phase_ = "warming up";
  now_ = clock_ns();
  start_traffic();
  if (options_.mode == Mode::idle) return;
  for (const std::uint64_t end = began_ + to_ns(options_.warmup); running() && now_ < end;) turn(end);
}

void Generator::measure() {
  if (!running()) return;
  phase_ = options_.mode == Mode::idle ? "holding" : "measuring";
  begin_window();
  const std::uint64_t end = now_ + to_ns(options_.mode == Mode::idle ? options_.hold : options_.duration);
  while (running() && now_ < end && (options_.messages == 0 || found_.messages < options_.messages)) {
    turn(end);
    // Of a broadcast's processes one that has everything waits for another that has not: that one will say so.
    const bool others_miss = options_.mode == Mode::broadcast && received_total_ >= expected_total();
    if (options_.mode != Mode::idle && options_.rate == 0 && !others_miss &&
        now_ - last_progress_ > to_ns(options_.timeout))
      fail("nothing came for " + fixed(options_.timeout, 1) + " s; " +
           std::to_string(expected_total() - received_total_) + " messages are outstanding");
  }
  end_window();
}

/// When all generators have come here, so that they go on together; until then, what is open is served.
std::uint64_t Generator::meet() {
  if (seat_.line < 0) return clock_ns();
  met_ = 0;
  if (running()) send(seat_.line, "m", 1, MSG_NOSIGNAL);
  while (running() && met_ == 0) turn(now_ + second);
  return met_ != 0 ? met_ : clock_ns();
}

void Generator::begin_window() {
  server_before_ = options_.server_pids.empty() ? std::nullopt : sample(options_.server_pids, false);
  own_before_ = sample({getpid()}, false);
  measuring_ = true;
  own_cpu_before_ = thread_cpu_ns();
  window_began_ = now_ = last_progress_ = last_tick_ = clock_ns();
  next_tick_ = now_ + second;
}

void Generator::end_window() {
  const std::uint64_t end = clock_ns();
  measuring_ = false;
  found_.generator_ns = thread_cpu_ns() - own_cpu_before_;
  found_.seconds = static_cast<double>(end - window_began_) / 1e9;
  found_.still_open = alive_;
  const auto own = sample({getpid()}, false);
  if (own && own_before_) found_.generator_waited_ns = between(*own_before_, *own).busiest.waited;
  if (options_.server_pids.empty()) return;
  const auto after = sample(options_.server_pids, true);
  if (after && server_before_) found_.server = between(*server_before_, *after);
  found_.memory_after = after;
  if (!after) fail("the process of --server-pid ended during the measurement");
}

void Generator::drain() {
  sending_ = false;
  phase_ = "waiting for the last replies";
  last_progress_ = now_;
  while (running() && alive_ > 0 && received_total_ < expected_total() &&
         now_ - last_progress_ < to_ns(options_.timeout))
    turn(now_ + second / 10);
  if (!running() || received_total_ >= expected_total()) return;
  found_.missing = expected_total() - received_total_;
  found_.errors += found_.missing;
  if (found_.first_error.empty())
    found_.first_error = std::to_string(found_.missing) + " messages did not come within " +
                         fixed(options_.timeout, 1) + " s of the last one";
}

void Generator::close_all() {
  for (Connection& connection : connections_) {
    if (options_.mode != Mode::request && connection.state == Connection::open && connection.owed == 0 &&
        connection.urgent.empty()) {
      say_goodbye(connection);
      flush(connection);
    }
    end_polling(connection);
    connection.pipe.close();
  }
}

void Generator::turn(std::uint64_t until_ns) {
  std::uint64_t wake = std::min(until_ns, now_ + second / 10);
  if (sending_ && options_.rate > 0) wake = std::min(wake, schedule_.intended(next_message_) - spin_below);
  const std::uint64_t wait = options_.busy || wake <= now_ ? 0 : wake - now_;
  if (wait == 0) found_.spins |= measuring_;

  epoll_event events[512];
  const timespec timeout{static_cast<time_t>(wait / second), static_cast<long>(wait % second)};
  const int count = epoll_pwait2(epoll_, events, 512, &timeout, nullptr);
  for (int i = 0; i < count && !failed_; ++i) handle(events[i].data.u64, events[i].events);

  now_ = clock_ns();
  if (sending_ && options_.rate > 0) send_due();
  for (Connection* const connection : waiting_) {
    connection->waiting = false;
    flush(*connection);
  }
  waiting_.clear();
  tick();
}

void Generator::tick() {
  if (measuring_ && now_ >= next_tick_) {
    const double seconds = static_cast<double>(now_ - last_tick_) / 1e9;
    found_.rates.push_back(static_cast<double>(found_.messages - counted_at_tick_) / seconds);
    counted_at_tick_ = found_.messages;
    last_tick_ = now_;
    while (next_tick_ <= now_) next_tick_ += second;  // from the window's beginning, so that its last second counts
  }
  if (!progress_.shown() || now_ < next_shown_) return;
  next_shown_ = now_ + second / 4;
  std::string line = phase_;
  line += ": ";
  if (measuring_ && options_.mode != Mode::idle)
    line += fixed(static_cast<double>(now_ - window_began_) / 1e9, 1) + " s, " +
            grouped(static_cast<double>(found_.messages) / (static_cast<double>(now_ - window_began_ + 1) / 1e9)) +
            "/s, p99 " + duration_text(static_cast<double>(found_.latency.percentile(99)));
  else
    line += std::to_string(alive_) + " of " + std::to_string(connections_.size()) + " connections open";
  progress_.show(line);
}

/// `mark`: the connection's number, and in the upper half which lane of a long-polling one it is.
void Generator::handle(std::uint64_t mark, std::uint32_t events) {
  if (mark == line_mark) {
    if (recv(seat_.line, &met_, sizeof met_, MSG_WAITALL) != sizeof met_) failed_ = true;
    return;
  }
  if (mark == wake_mark) return take_wakes();
  Connection& connection = connections_[static_cast<std::uint32_t>(mark)];
  if (mark >> 32 != 0) return handle_lane(connection, mark, events);
  if (!connection.pipe.is_open()) return;
  switch (connection.state) {
    case Connection::closed:
      return;
    case Connection::connecting:
      return connected(connection, (events & (EPOLLERR | EPOLLHUP)) != 0);
    case Connection::securing:
      return secure(connection);
    default:
      break;
  }
  if ((events & EPOLLOUT) != 0 && (connection.owed > 0 || !connection.urgent.empty())) flush_websocket(connection);
  constexpr std::uint32_t ends = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if (connection.state != Connection::closed && (events & (EPOLLIN | ends)) != 0)
    readable(connection, (events & ends) != 0);
}

void Generator::fail(std::string why) {
  ++found_.errors;
  if (found_.first_error.empty()) found_.first_error = std::move(why);
  failed_ = true;
}

std::size_t Generator::number_of(const Connection& connection) const noexcept {
  return static_cast<std::size_t>(&connection - connections_.data());
}

void Generator::lost(Connection& connection, std::string_view why) {
  const bool was_open = connection.state == Connection::open;
  std::string text(why);
  if (was_open) text = "connection " + std::to_string(number_of(connection)) + ": " + text;
  if (was_open && options_.mode != Mode::idle) text += ", after " + std::to_string(connection.received) + " messages";
  const std::uint64_t outstanding = connection.sent - std::min(connection.sent, connection.received);
  let_go(connection);
  // One that is lost on its way in would be tried in vain for ever; a broadcast without one of its readers never ends.
  if (!was_open || options_.mode == Mode::broadcast || options_.mode == Mode::handshake) return fail(std::move(text));
  ++found_.errors;
  if (found_.first_error.empty()) found_.first_error = std::move(text);
  if (options_.mode == Mode::echo || options_.mode == Mode::request) {
    expected_total_ -= outstanding;
    found_.missing += outstanding;
  }
  if (alive_ == 0) failed_ = true;
}

void Generator::let_go(Connection& connection) {
  if (connection.state == Connection::open)
    --alive_;
  else if (connection.state != Connection::closing && connection.state != Connection::closed)
    --in_making_;
  end_polling(connection);
  connection.pipe.close();
  connection.state = Connection::closed;
  connection.owed = 0;
  connection.urgent.clear();
  connection.head.clear();
}

}  // namespace duplex::bench
