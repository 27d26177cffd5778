// SPDX-License-Identifier: MIT
// What is asked of a pattern's namespace goes to all its children; what comes back is one answer.
#include "server/sio/io_core.h"
#include "server/sio/namespace_core.h"

namespace duplex::sio {
namespace {

/// Calls `then(sum)` when as many parts have come as were asked for. One loop's thread: parts come where it was asked.
template <class Sum, class Then>
struct Tally {
  std::size_t left;
  Then then;
  Sum sum = {};
  void arrived() {
    if (--left == 0) then(sum);
  }
};

template <class Sum, class Then>
auto tally(IoCore& io, std::size_t parts, Then then) {
  auto made = std::make_shared<Tally<Sum, Then>>(Tally<Sum, Then>{parts + 1, std::move(then)});
  // One part is nobody's: a pattern that has no children answers, too, and not before this returns on a thread that is
  // no loop's.
  IoLoop& loop = io.here_or_home();
  auto none = [made] { made->arrived(); };
  return std::pair(made, [&loop, none] { loop.run(none); });
}

struct OwnedAnswers {
  std::vector<OwnedEvent> list;
  std::error_code error;
};

/// Where the answers of one child go, and then all children's.
auto all_answers(IoCore& io, std::size_t children, Gather& gather) {
  return tally<OwnedAnswers>(io, children, [then = std::move(gather.then)](OwnedAnswers& sum) mutable {
    Answers answers;
    answers.error = sum.error;
    for (const OwnedEvent& each : sum.list) answers.list.push_back({json::View(each.text, each.views)});
    if (then) then(answers);
  });
}
template <class Made>
Gather part_of(const Made& made, std::chrono::milliseconds limit) {
  return {limit, [made](const Answers& answers) {
            for (const Answer& each : answers.list)
              made->sum.list.emplace_back(EventView{each.all.text(), each.all.attachments()});
            if (answers.error) made->sum.error = answers.error;
            made->arrived();
          }};
}

/// Does `act(child, done)` to each, then calls `done`.
template <class Act>
void for_children(NamespaceCore& parent, Function<void()> done, Act act) {
  const auto children = parent.children();
  struct Nothing {};
  const auto [made, begun] = tally<Nothing>(parent.io(), children.size(), [done = std::move(done)](Nothing) mutable {
    if (done) done();
  });
  for (const auto& child : children) act(*child, [made = made] { made->arrived(); });
  begun();
}

}  // namespace

void NamespaceCore::emit_to_children(const Selection& to, EventView event, const Flags& flags, Gather* gather) {
  const auto those = children();
  if (gather == nullptr) {
    for (const auto& child : those) child->emit(to, event, flags, nullptr);
    return;
  }
  const auto [made, begun] = all_answers(io_, those.size(), *gather);
  for (const auto& child : those) {
    Gather part = part_of(made, gather->limit);
    child->emit(to, event, flags, &part);
  }
  begun();
}

void NamespaceCore::server_side_emit(EventView event, Gather* gather) {
  if (!is_parent_) return adapter_->server_side_emit(event, gather);
  const auto those = children();
  if (gather == nullptr) {
    for (const auto& child : those) child->adapter().server_side_emit(event, nullptr);
    return;
  }
  const auto [made, begun] = all_answers(io_, those.size(), *gather);
  for (const auto& child : those) {
    Gather part = part_of(made, gather->limit);
    child->adapter().server_side_emit(event, &part);
  }
  begun();
}

void NamespaceCore::ask_join(const Selection& who, std::string_view room, bool local, Function<void()> done) {
  if (is_parent_)
    return for_children(*this, std::move(done), [&](NamespaceCore& child, Function<void()> then) {
      child.ask_join(who, room, local, std::move(then));
    });
  local ? join(who, room, std::move(done)) : adapter_->join(who, room, std::move(done));
}

void NamespaceCore::ask_leave(const Selection& who, std::string_view room, bool local, Function<void()> done) {
  if (is_parent_)
    return for_children(*this, std::move(done), [&](NamespaceCore& child, Function<void()> then) {
      child.ask_leave(who, room, local, std::move(then));
    });
  local ? leave(who, room, std::move(done)) : adapter_->leave(who, room, std::move(done));
}

void NamespaceCore::ask_disconnect(const Selection& who, bool close, bool local, Function<void()> done) {
  if (is_parent_)
    return for_children(*this, std::move(done), [&](NamespaceCore& child, Function<void()> then) {
      child.ask_disconnect(who, close, local, std::move(then));
    });
  local ? disconnect(who, close, std::move(done)) : adapter_->disconnect(who, close, std::move(done));
}

void NamespaceCore::ask_fetch(const Selection& who, bool local, Function<void(Part)> then) {
  if (!is_parent_) return local ? fetch(who, std::move(then)) : adapter_->fetch(who, std::move(then));
  const auto those = children();
  const auto [made, begun] =
      tally<Part>(io_, those.size(), [then = std::move(then)](Part& all) mutable { then(std::move(all)); });
  for (const auto& child : those)
    child->ask_fetch(who, local, [made = made](Part part) {
      std::move(part.begin(), part.end(), std::back_inserter(made->sum));
      made->arrived();
    });
  begun();
}

}  // namespace duplex::sio
