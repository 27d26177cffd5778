// SPDX-License-Identifier: MIT
#include <duplex/history.h>

#include "history/history_impl.h"

namespace duplex {

using history::Appended;
using history::Operation;
using history::Page;

History::History(history::Options options, std::unique_ptr<history::Store> store)
    : impl_(std::make_shared<Impl>(std::move(options), std::move(store))) {}
History::~History() { impl_->close(); }

Result<void> History::open() {
  const history::Fault fault = impl_->open();
  open_error_ = fault.text;
  return fault ? Result<void>(fault.code) : Result<void>();
}

history::Later<Appended> History::append_text(std::string_view room, std::string_view key, std::string_view name,
                                              json::Text arguments) {
  Operation operation;
  operation.write = {std::string(room), std::string(key), std::string(name), std::move(arguments).take()};
  return history::Later<Appended>(
      [impl = impl_, operation = std::move(operation)](history::Later<Appended>::Then then) mutable {
        operation.appended = history::Waiter<Appended>(std::move(then));
        impl->ask(std::move(operation));
      });
}

namespace {
/// `Impl` is named by nobody but History, so that this is a template.
template <class Impl>
history::Later<Page> ask_for(std::shared_ptr<Impl> impl, Operation::Kind kind, std::string_view room, std::uint64_t id,
                             std::size_t entries) {
  Operation operation;
  operation.kind = kind;
  operation.write.room = room;
  operation.id = id;
  operation.entries = entries;
  return history::Later<Page>(
      [impl = std::move(impl), operation = std::move(operation)](history::Later<Page>::Then then) mutable {
        operation.page = history::Waiter<Page>(std::move(then));
        impl->ask(std::move(operation));
      });
}
}  // namespace

history::Later<Page> History::last(std::string_view room, std::size_t entries) {
  return ask_for(impl_, Operation::Kind::last, room, 0, entries);
}
history::Later<Page> History::after(std::string_view room, std::uint64_t id, std::size_t entries) {
  return ask_for(impl_, Operation::Kind::after, room, id, entries);
}
history::Later<void> History::clear(std::string_view room) {
  Operation operation;
  operation.kind = Operation::Kind::clear;
  operation.write.room = room;
  return history::Later<void>(
      [impl = impl_, operation = std::move(operation)](history::Later<void>::Then then) mutable {
        operation.cleared = history::Waiter<void>(std::move(then));
        impl->ask(std::move(operation));
      });
}

history::Stats History::stats() const { return impl_->stats(); }

}  // namespace duplex
