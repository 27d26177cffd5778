// SPDX-License-Identifier: MIT
#include "net/connector.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include "net/backend.h"
#include "net/reactor.h"
#include "net/tls_client_context.h"
#include "net/tls_session.h"
#include "net/tokens.h"

namespace duplex::net {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 250ms;  // RFC 8305 §5: then the next address is tried as well
constexpr std::size_t most_attempts = 16;
static_assert(most_attempts <= token::attempts);

std::string seconds(std::chrono::milliseconds time) {
  if (time % 1s != 0ms) return std::to_string(time.count()) + " ms";
  return std::to_string(time / 1s) + " s";
}

std::string message(int error) { return std::error_code(error, std::system_category()).message(); }

// RFC 1123 §2.1, and the underscore, which is in use. Anything else would only puzzle the resolver, or its log.
bool is_name(std::string_view host) noexcept {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  };
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), fits);
}

}  // namespace

std::string Endpoint::text() const {
  if (host.starts_with("unix:")) return host;
  const bool v6 = host.find(':') != std::string::npos && !host.starts_with('[');
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

struct Connector::Attempt {
  int descriptor = -1;  // -1: it came to nothing
  Address address;
};

/// Owns the stream until hands are shaken.
struct Connector::Dial final : StreamOwner {
  Dial(Connector& its_connector, ConnectId its_id) : connector(its_connector), id(its_id) {}

  void on_bytes(Bytes) override {}
  void on_end() override {}
  void on_drain() override {}
  void on_deadline() override {}
  void on_closed(CloseCause) override {
    const bool untrusted = stream->tls() != nullptr && stream->tls()->untrusted();
    stream = nullptr;
    if (refusal.empty()) refusal = "the other side closed the connection during the handshake";
    connector.fail(*this, untrusted ? Errc::untrusted_peer : Errc::handshake_failed, refusal);  // deletes this
  }

  Connector& connector;
  const ConnectId id;
  Endpoint to;
  ConnectOptions options;
  Function<void(Connected)> then;
  std::vector<Address> addresses;  // to be tried yet, from `next` on
  std::size_t next = 0;
  std::vector<Attempt> attempts;
  Stream* stream = nullptr;  // while it shakes hands
  std::string refusal;       // why the first address, or the handshake, came to nothing
  bool by_name = false;      // the addresses are not what was asked for, but what it stands for
  const char* phase = "looking for the name's addresses";
  TimerId limit = 0, stagger = 0;
};

Connector::Connector(Reactor& reactor) : reactor_(reactor), alive_(std::make_shared<Connector*>(this)) {}
Connector::~Connector() = default;

Connector::Dial* Connector::find(ConnectId id) noexcept {
  const auto found = dials_.find(id);
  return found == dials_.end() ? nullptr : found->second.get();
}

ConnectId Connector::connect(Endpoint to, ConnectOptions options, Function<void(Connected)> then) {
  const ConnectId id = ++last_;
  auto dial = std::make_unique<Dial>(*this, id);
  dial->to = std::move(to);
  dial->options = std::move(options);
  dial->then = std::move(then);
  dials_.emplace(id, std::move(dial));
  try {
    reactor_.at_end_of_turn([this, id] {  // `then` is never called before this has returned
      if (Dial* begun = find(id)) start(*begun);
    });
  } catch (const std::bad_alloc&) {
    dials_.erase(id);
    throw;
  }
  return id;
}

void Connector::cancel(ConnectId id) {
  if (Dial* dial = find(id)) forget(*dial);
}

void Connector::fail_all() {
  // Whoever connects anew as it hears of it is not waited for.
  for (const ConnectId newest = last_; !dials_.empty() && dials_.begin()->first <= newest;)
    fail(*dials_.begin()->second, Errc::closed, "the loop ends");
}

void Connector::start(Dial& dial) {
  const std::string& host = dial.to.host;
  const bool is_path = host.starts_with("unix:");
  if (!is_path && (dial.to.port < 1 || dial.to.port > 65535))
    return fail(dial, Errc::bad_argument, "a port is a number from 1 to 65535");
  const auto address = Address::parse(host, dial.to.port);
  if (!address && (is_path || !is_name(host)))
    return fail(dial, Errc::bad_argument,
                is_path ? "the path is empty, or too long" : "this is neither a host's name nor an address");
  const std::string& name = dial.options.server_name;
  if (!name.empty() && !is_name(name) && !Address::parse(name, 0))
    return fail(dial, Errc::bad_argument, "its server_name is neither a host's name nor an address");
  if (dial.options.tls != nullptr && dial.options.tls->verifies() && is_path && name.empty())
    return fail(dial, Errc::bad_argument, "TLS needs a server_name that the certificate must bear");
  if (dial.options.tls != nullptr && !dial.options.tls->verifies())
    reactor_.log(LogLevel::warning, "tls",
                 "connecting to " + dial.to.text() + ": verification is switched off, anybody may be at the other end");
  dial.limit = reactor_.after(dial.options.timeout, [this, id = dial.id] {
    Dial* late = find(id);
    if (late == nullptr) return;
    late->limit = 0;
    fail(*late, Errc::timeout, "no success within " + seconds(late->options.timeout) + ", while " + late->phase);
  });
  if (!address) {
    resolve(host, dial.to.port,
            [slot = reactor_.slot(), id = dial.id, connector = std::weak_ptr(alive_)](Resolved found) {
              Reactor::post_to(slot, [id, connector, found = std::move(found)]() mutable {
                if (const auto alive = connector.lock()) (*alive)->resolved(id, std::move(found));
              });
            });
    return;
  }
  if (address->kind != Address::Kind::localhost) return begin(dial, {*address});
  dial.by_name = true;  // RFC 6761 §6.3: and nobody is asked for this one
  begin(dial, {{Address::Kind::v4, "127.0.0.1", dial.to.port}, {Address::Kind::v6, "::1", dial.to.port}});
}

void Connector::resolved(ConnectId id, Resolved found) {
  Dial* dial = find(id);
  if (dial == nullptr) return;  // called off, or too late
  if (!found.error.empty()) return fail(*dial, Errc::unknown_host, "the name cannot be resolved: " + found.error);
  dial->by_name = true;
  begin(*dial, std::move(found.addresses));
}

void Connector::begin(Dial& dial, std::vector<Address> addresses) {
  dial.phase = "waiting for an answer";
  dial.addresses = std::move(addresses);
  if (dial.addresses.size() > most_attempts) dial.addresses.resize(most_attempts);
  dial.attempts.reserve(dial.addresses.size());
  try_next(dial);
}

void Connector::try_next(Dial& dial) {
  if (dial.stagger != 0) reactor_.cancel(std::exchange(dial.stagger, 0));
  while (dial.next < dial.addresses.size()) {
    const Address& address = dial.addresses[dial.next++];
    const Io begun = reactor_.backend_->connect_to(address, reactor_.options_.write_timeout);
    int error = begun.error;
    if (error == 0) {
      const int descriptor = static_cast<int>(begun.bytes);
      dial.attempts.push_back({descriptor, address});
      const std::uint64_t bits = token::attempt(dial.id, dial.attempts.size() - 1);
      if (reactor_.backend_->watch(descriptor, bits) && reactor_.backend_->watch_output(descriptor, bits)) {
        if (dial.next == dial.addresses.size()) return;
        dial.stagger = reactor_.after(patience, [this, id = dial.id] {
          Dial* waiting = find(id);
          if (waiting == nullptr) return;
          waiting->stagger = 0;
          try_next(*waiting);
        });
        return;
      }
      error = errno;
      reactor_.backend_->close(descriptor, false);
      dial.attempts.pop_back();
    }
    if (dial.refusal.empty()) dial.refusal = message(error);
  }
  const auto hopeful = [](const Attempt& attempt) { return attempt.descriptor >= 0; };
  if (std::any_of(dial.attempts.begin(), dial.attempts.end(), hopeful)) return;
  std::string why = dial.refusal;
  if (dial.by_name) {
    for (std::size_t i = 0; i < dial.addresses.size(); ++i) why += (i == 0 ? " (" : ", ") + dial.addresses[i].host;
    why += ")";
  }
  fail(dial, Errc::cannot_connect, why);
}

void Connector::on_event(std::uint64_t bits) {
  Dial* const found = find(token::dial(bits, last_));
  const std::size_t number = token::attempt_of(bits);
  if (found == nullptr || number >= found->attempts.size()) return;  // an earlier event of this batch has ended it
  Dial& dial = *found;
  Attempt& attempt = dial.attempts[number];
  if (attempt.descriptor < 0) return;
  const int error = reactor_.backend_->connect_result(attempt.descriptor);
  if (error == EINPROGRESS) return;
  if (error == 0) return accepted(dial, attempt);
  reactor_.backend_->close(std::exchange(attempt.descriptor, -1), false);
  if (dial.refusal.empty()) dial.refusal = message(error);
  try_next(dial);
}

void Connector::accepted(Dial& dial, Attempt& attempt) {
  const int descriptor = std::exchange(attempt.descriptor, -1);
  reactor_.backend_->unwatch(descriptor);
  if (dial.stagger != 0) reactor_.cancel(std::exchange(dial.stagger, 0));
  for (Attempt& other : dial.attempts)
    if (other.descriptor >= 0) reactor_.backend_->close(std::exchange(other.descriptor, -1), false);
  Stream* stream = reactor_.open(descriptor);
  if (stream == nullptr) return fail(dial, Errc::cannot_connect, message(ENOMEM));
  if (dial.options.tls == nullptr) return give(dial, *stream);
  reactor_.in_memory([&] { begin_handshake(dial, *stream); }, stream);
}

void Connector::begin_handshake(Dial& dial, Stream& stream) {
  dial.stream = &stream;
  stream.set_owner(&dial);
  dial.phase = "shaking hands";
  dial.refusal.clear();
  std::string name = dial.options.server_name.empty() ? dial.to.host : dial.options.server_name;
  if (name.starts_with("unix:")) name.clear();
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  if (name.ends_with('.')) name.pop_back();  // a name that is complete for DNS; certificates do without
  reactor_.begin_handshake(stream, std::make_unique<TlsSession>(reactor_.tls_io(), dial.options.tls->contexts(), name));
}

void Connector::shaken_hands(Stream& stream) {
  auto& dial = static_cast<Dial&>(*stream.owner());
  dial.stream = nullptr;
  give(dial, stream);
}

void Connector::refused(Stream& stream, std::string why) {
  static_cast<Dial&>(*stream.owner()).refusal = std::move(why);
}

void Connector::give(Dial& dial, Stream& stream) {
  const auto done = forget(dial);
  stream.set_owner(nullptr);
  reactor_.doing("a new connection's handler");
  reactor_.in_memory([&] { done->then({&stream, {}, {}}); }, &stream);
  if (stream.owner() == nullptr) reactor_.kill(stream, CloseCause::aborted);
}

void Connector::fail(Dial& dial, std::error_code error, const std::string& why) {
  const auto done = forget(dial);
  reactor_.doing("a failed connection's handler");
  done->then({nullptr, error, "cannot connect to " + done->to.text() + ": " + why});
}

// Nothing of it is left, but what it was for.
std::unique_ptr<Connector::Dial> Connector::forget(Dial& dial) {
  auto node = dials_.extract(dial.id);
  for (TimerId timer : {dial.limit, dial.stagger})
    if (timer != 0) reactor_.cancel(timer);
  for (const Attempt& attempt : dial.attempts)
    if (attempt.descriptor >= 0) reactor_.backend_->close(attempt.descriptor, false);
  if (Stream* stream = std::exchange(dial.stream, nullptr)) {
    stream->set_owner(nullptr);
    reactor_.kill(*stream, CloseCause::aborted);
  }
  return std::move(node.mapped());
}

// -- the loop's part -------------------------------------------------------------------------------------------------

ConnectId Reactor::connect(Endpoint to, ConnectOptions options, Function<void(Connected)> then) {
  if (!connector_) connector_ = std::make_unique<Connector>(*this);
  return connector_->connect(std::move(to), std::move(options), std::move(then));
}

void Reactor::cancel_connect(ConnectId id) {
  if (connector_) connector_->cancel(id);
}

}  // namespace duplex::net
