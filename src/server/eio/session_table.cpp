// SPDX-License-Identifier: MIT
#include "server/eio/session_table.h"

#include <array>
#include <atomic>

namespace duplex::eio {
namespace {

constexpr std::uint64_t slot_mask = (1U << 28) - 1;

// By the loop's slot in the process: how a handle finds its table. Read on that loop's thread only; atomic because a
// slot may be taken over by another loop while the table of the former is still being put away.
std::array<std::atomic<SessionTable*>, 256> tables;

}  // namespace

SessionTable::SessionTable(net::Reactor& reactor) : reactor_(reactor) {
  tables[static_cast<std::size_t>(reactor.slot())].store(this, std::memory_order_release);
}

SessionTable::~SessionTable() {
  SessionTable* expected = this;
  for (auto& table : tables)
    if (table.compare_exchange_strong(expected, nullptr))
      break;
    else
      expected = this;
}

SessionTable* SessionTable::here() noexcept {
  const net::Reactor* reactor = net::Reactor::current();
  if (reactor == nullptr) return nullptr;
  SessionTable* table = tables[static_cast<std::size_t>(reactor->slot())].load(std::memory_order_acquire);
  return table != nullptr && &table->reactor_ == reactor ? table : nullptr;
}

Session& SessionTable::create(EngineLoop& loop, Transport transport, Dialect dialect,
                              std::shared_ptr<const RequestInfo> handshake) {
  const std::uint32_t slot = slab_.create(loop, ids_.next(reactor_.slot()), transport, dialect, std::move(handshake));
  Session& session = *slab_.at(slot);
  session.set_bits(static_cast<std::uint64_t>(reactor_.slot()) << 56 |
                   static_cast<std::uint64_t>(slab_.generation(slot)) << 28 | slot);
  by_sid_.add(session.sid(), slot);
  return session;
}

Session* SessionTable::find(std::string_view sid) noexcept {
  const std::uint32_t slot = by_sid_.find(sid, [&](std::uint32_t each) { return slab_.at(each)->sid() == sid; });
  return slot == SidIndex::none ? nullptr : slab_.at(slot);
}

void SessionTable::forget(const Session& session) noexcept {
  by_sid_.remove(session.sid(), static_cast<std::uint32_t>(session.bits() & slot_mask));
}

Session* SessionTable::find(std::uint64_t bits) noexcept {
  return slab_.find(static_cast<std::uint32_t>(bits & slot_mask), static_cast<std::uint32_t>(bits >> 28 & slot_mask));
}

void SessionTable::destroy(std::uint64_t bits) {
  if (find(bits) != nullptr) slab_.destroy(static_cast<std::uint32_t>(bits & slot_mask));
}

Session* Session::find(std::uint64_t bits) noexcept {
  SessionTable* table = SessionTable::here();
  Session* session = table == nullptr ? nullptr : table->find(bits);
  return session == nullptr || session->is_closed() ? nullptr : session;
}

}  // namespace duplex::eio
