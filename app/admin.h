// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace duplex {
class Server;
}

namespace duplex::app {

class LogOutput;

/// What the command line says about the admin UI.
struct AdminFlags {
  bool on = false, read_only = false;
  std::string username = "admin", password_hash, mode = "development", server_id;
};

void add_admin_options(CLI::App& verb, AdminFlags& flags);
/// If it is wanted: the page of npm `@socket.io/admin-ui` at /admin, and its namespace. What is wrong keeps the server
/// from starting.
void serve_admin(Server& server, const AdminFlags& flags, LogOutput& log);

}  // namespace duplex::app
