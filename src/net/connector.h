// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <memory>
#include <string>

#include <duplex/function.h>
#include <duplex/result.h>

#include "net/connect.h"
#include "net/resolver.h"

namespace duplex::net {

class Reactor;

/// The connections that one loop is making: the name's addresses, then the first of them that accepts (RFC 8305), then
/// the handshake. One loop's thread.
class Connector {
 public:
  explicit Connector(Reactor& reactor);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  ConnectId connect(Endpoint to, ConnectOptions options, Function<void(Connected)> then);
  void cancel(ConnectId id);
  void fail_all();  ///< the loop ends

  // -- for the loop --------------------------------------------------------------------------------------------------
  void on_event(std::uint64_t token);             ///< an attempt has come to something
  void shaken_hands(Stream& stream);              ///< it is now what `then` waits for
  void refused(Stream& stream, std::string why);  ///< the handshake has failed so; the stream ends in this turn

 private:
  struct Attempt;
  struct Dial;

  void start(Dial& dial);
  void resolved(ConnectId id, Resolved found);
  void begin(Dial& dial, std::vector<Address> addresses);
  void try_next(Dial& dial);
  void accepted(Dial& dial, Attempt& attempt);
  void begin_handshake(Dial& dial, Stream& stream);
  void give(Dial& dial, Stream& stream);
  void fail(Dial& dial, std::error_code error, const std::string& why);
  std::unique_ptr<Dial> forget(Dial& dial);
  Dial* find(ConnectId id) noexcept;

  Reactor& reactor_;
  std::map<ConnectId, std::unique_ptr<Dial>> dials_;
  ConnectId last_ = 0;
  std::shared_ptr<Connector*> alive_;  // what names are looked up for may be gone by the time they are found
};

}  // namespace duplex::net
