// SPDX-License-Identifier: MIT
#include "app/admin.h"

#include <duplex/duplex.h>
#include <duplex/sio_admin.h>

#include <CLI/CLI.hpp>

#include "app/log_output.h"
#include "app/web_folder.h"

namespace duplex::app {

void add_admin_options(CLI::App& verb, AdminFlags& flags) {
  CLI::Option* on = verb.add_flag("--admin", flags.on, "Serve the admin UI of Socket.IO at /admin")
                        ->envname("DUPLEX_ADMIN")
                        ->default_str("false");
  verb.add_option("--admin-user", flags.username, "Who may sign in there")
      ->envname("DUPLEX_ADMIN_USER")
      ->needs(on)
      ->capture_default_str();
  verb.add_option("--admin-password-hash", flags.password_hash,
                  "bcrypt hash of the password, from `duplex hash-password`; without one, only this machine may come")
      ->envname("DUPLEX_ADMIN_PASSWORD_HASH")
      ->needs(on);
  verb.add_option("--admin-mode", flags.mode, "development: every socket and event; production: counts alone")
      ->envname("DUPLEX_ADMIN_MODE")
      ->check(CLI::IsMember({"development", "production"}))
      ->needs(on)
      ->capture_default_str();
  verb.add_flag("--admin-read-only", flags.read_only, "The page shows, and changes nothing")
      ->envname("DUPLEX_ADMIN_READ_ONLY")
      ->needs(on)
      ->default_str("false");
  verb.add_option("--admin-server-id", flags.server_id, "What the page calls this server (default: the host's name)")
      ->envname("DUPLEX_ADMIN_SERVER_ID")
      ->needs(on);
}

void serve_admin(Server& server, const AdminFlags& flags, LogOutput& log) {
  if (!flags.on) return;
  if (const std::string page = find_admin_folder(); !page.empty())
    server.files("/admin", {.root = page});
  else
    log.warn(
        "the admin page was not found: build it with `npm run build` in web/; its namespace is served all the same");
  sio::instrument(server.io(),
                  {.username = flags.username,
                   .password_hash = flags.password_hash,
                   .mode = flags.mode == "production" ? sio::AdminMode::production : sio::AdminMode::development,
                   .read_only = flags.read_only,
                   .server_id = flags.server_id});
}

}  // namespace duplex::app
