// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio.h>

// The server's side of npm `@socket.io/admin-ui`: its page shows who is connected and what is said, and acts on it.
#pragma GCC visibility push(default)

namespace duplex::sio {

/// What the page is shown. `development`: every socket, room and event as it happens. `production`: counts alone.
enum class AdminMode : unsigned char { development, production };

struct AdminOptions {
  std::string nsp = "/admin";
  std::string username = "admin";
  /// bcrypt's: "$2b$10$…" (`duplex hash-password` makes one). Empty: nobody is asked for a password, and the server
  /// starts only where no other machine can reach it: on a loopback address or a unix socket.
  std::string password_hash = {};
  AdminMode mode = AdminMode::development;
  bool read_only = false;      ///< the page cannot emit, join, leave or disconnect
  std::string server_id = {};  ///< empty: the host's name
  std::chrono::milliseconds stats_interval{2'000};
  std::chrono::milliseconds session_lifetime{86'400'000};  ///< so long a page comes back without its password
  std::size_t max_sessions = 1'000;                        ///< the oldest is forgotten
  std::size_t max_logins = 16;         ///< passwords that wait to be checked, one at a time; more are refused
  std::size_t max_events = 100;        ///< received and sent that each loop shows in a second, in development
  std::size_t max_arguments = 16'384;  ///< bytes of an event's; of larger ones the page hears the size
};

/// Makes the namespace that the admin page connects to. Once, before the server starts, after the namespaces' own
/// options; what is wrong with the options keeps the server from starting (Server::start_error).
///
///     server.files("/admin", {.root = "node_modules/@socket.io/admin-ui/ui/dist"});
///     sio::instrument(server.io(), {.password_hash = "$2b$10$…", .mode = sio::AdminMode::production});
void instrument(Io& io, AdminOptions options);

}  // namespace duplex::sio

#pragma GCC visibility pop
