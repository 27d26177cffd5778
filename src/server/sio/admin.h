// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_admin.h>

#include <chrono>
#include <memory>
#include <string>

#include "server/sio/admin_feed.h"
#include "server/sio/admin_login.h"
#include "server/sio/admin_traffic.h"

namespace duplex::sio {

/// The admin namespace of one server: lets pages in, tells them how the server is, and does what they ask.
class Admin {
 public:
  /// Before the server starts; `options` are good (see fault_of).
  Admin(IoCore& io, eio::Engine& engine, AdminOptions options);

  const AdminOptions& options() const noexcept { return options_; }
  AdminFeed* feed() noexcept { return feed_.get(); }  ///< null in production

 private:
  void let_in(Handshake& handshake, Admit admit);
  void entered(Socket& socket);
  void add_commands(Namespace& nsp);
  template <class Act>
  void act(Socket& by, std::string_view what, std::string_view nsp, std::optional<std::string_view> room, Act act);
  void tell_stats();

  IoCore& io_;
  eio::Engine& engine_;
  const AdminOptions options_;
  const std::shared_ptr<NamespaceCore> core_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::string host_name_;
  AdminTraffic traffic_;
  AdminLogin login_;
  std::unique_ptr<AdminFeed> feed_;
};

/// What is wrong with the options, as the end of a line that begins with "the admin UI cannot be served: "; or nothing.
std::string fault_of(const AdminOptions& options);

}  // namespace duplex::sio
