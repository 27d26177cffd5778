// SPDX-License-Identifier: MIT
#include <duplex/http_events.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <vector>

#include "net/reactor.h"
#include "protocol/sse/event.h"
#include "server/http/http_connection.h"

namespace duplex::http {
namespace {

using Block = std::shared_ptr<const std::string>;

int slot_of(std::uint64_t bits) noexcept { return static_cast<int>(bits >> 56); }

}  // namespace

/// Shared by the feed and by what it has posted to the loops. An id is "run-number": one of another run of the program
/// is known to be that.
struct EventFeed::State {
  struct Kept {
    std::uint64_t number;
    Block block;
  };
  struct Member {
    std::uint64_t bits;
    std::uint64_t from;  // the first number that it gets as it is sent: those before it were in its history
  };

  explicit State(EventFeedOptions its_options)
      : options(its_options), run(std::to_string(std::random_device()() % 1'000'000'000)) {}

  const EventFeedOptions options;
  const std::string run;
  mutable std::mutex mutex;
  std::uint64_t next = 1;
  std::deque<Kept> history;
  std::size_t history_bytes = 0;
  std::map<int, std::vector<Member>> members;  // by loop

  void keep(std::uint64_t number, Block block) {
    history_bytes += block->size();
    history.push_back({number, std::move(block)});
    while (history.size() > options.history || history_bytes > options.history_bytes) {
      history_bytes -= history.front().block->size();
      history.pop_front();
    }
  }

  /// The number in an id of this run; 0 if it is none.
  std::uint64_t number_of(std::string_view id) const noexcept {
    if (!id.starts_with(run) || id.size() <= run.size() + 1 || id[run.size()] != '-') return 0;
    id.remove_prefix(run.size() + 1);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    return error == std::errc() && end == id.data() + id.size() && number < next ? number : 0;
  }

  /// On the loop: to its members, and forgets those that have gone.
  void deliver(int slot, std::uint64_t number, const Block& block, std::uint64_t key) {
    std::vector<Member> here;
    {
      const std::lock_guard lock(mutex);
      here = members[slot];
    }
    std::vector<std::uint64_t> gone;
    for (const Member& member : here) {
      if (number < member.from) continue;
      HttpConnection* connection = HttpConnection::streaming(member.bits);
      if (connection == nullptr || connection->send_block(as_bytes(*block), key) == Sent::closed)
        gone.push_back(member.bits);
    }
    if (gone.empty()) return;
    const std::lock_guard lock(mutex);
    std::erase_if(members[slot],
                  [&](const Member& member) { return std::find(gone.begin(), gone.end(), member.bits) != gone.end(); });
  }
};

EventFeed::EventFeed(EventFeedOptions options) : state_(std::make_shared<State>(options)) {}
EventFeed::EventFeed(EventFeed&&) noexcept = default;
EventFeed& EventFeed::operator=(EventFeed&&) noexcept = default;
EventFeed::~EventFeed() = default;

EventFeed::Joined EventFeed::add(EventStream stream) {
  const std::string last = stream.last_event_id();
  std::string missed;
  Joined joined = Joined::fresh;
  {
    const std::lock_guard lock(state_->mutex);
    if (!last.empty()) {
      const std::uint64_t had = state_->number_of(last);
      const auto& history = state_->history;
      const std::uint64_t oldest = history.empty() ? state_->next : history.front().number;
      joined = had != 0 && had + 1 >= oldest ? Joined::resumed : Joined::gap;
      for (const auto& kept : history)
        if (kept.number > had) missed += *kept.block;
    }
    if (stream) state_->members[slot_of(stream.bits())].push_back({stream.bits(), state_->next});
  }
  if (missed.empty()) return joined;
  if (HttpConnection* connection = HttpConnection::streaming(stream.bits()))
    connection->send_block(as_bytes(missed), 0);
  return joined;
}

void EventFeed::send(Event event) {
  const std::lock_guard lock(state_->mutex);  // held while posting: numbers arrive in order
  const std::string id = state_->run + "-" + std::to_string(state_->next);
  Buffer out;
  sse::Fields fields{.data = event.data, .name = event.name, .id = id};
  if (event.retry) fields.retry = static_cast<std::uint64_t>(event.retry->count());
  if (!sse::encode(out, fields)) return;
  auto block = std::make_shared<const std::string>(out.text());
  const std::uint64_t number = state_->next++;
  state_->keep(number, block);
  for (const auto& [slot, members] : state_->members) {
    if (members.empty()) continue;
    net::Reactor::post_to(slot, [state = state_, slot = slot, number, block, key = event.key] {
      state->deliver(slot, number, block, key);
    });
  }
}

std::size_t EventFeed::streams() const {
  const std::lock_guard lock(state_->mutex);
  std::size_t count = 0;
  for (const auto& [slot, members] : state_->members) count += members.size();
  return count;
}

}  // namespace duplex::http
