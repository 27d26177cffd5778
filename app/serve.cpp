// SPDX-License-Identifier: MIT
#include "app/serve.h"

#include <duplex/duplex.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "app/admin.h"
#include "app/chat_history.h"
#include "app/config.h"
#include "app/log_output.h"
#include "app/room_chat.h"
#include "app/sio_chat.h"
#include "app/systemd.h"
#include "app/web_folder.h"

namespace duplex::app {

struct ServeOptions {
  std::string host = "127.0.0.1";
  int port = 3000;
  int threads = 1;
  int spin = 50;
  bool allow_eio3 = false, allow_jsonp = false;
  std::string backend = "auto", cert, key, client_ca, client_certificates = "require", parser = "json", web,
              log_level = "info";
  HistoryOptions history;
  AdminFlags admin;
};

namespace {

Backend backend_of(const std::string& name) {
  return name == "epoll" ? Backend::epoll : name == "io_uring" ? Backend::io_uring : Backend::automatic;
}

ClientCertificates clients_of(const ServeOptions& options) {
  if (options.client_ca.empty()) return ClientCertificates::none;
  return options.client_certificates == "request" ? ClientCertificates::request : ClientCertificates::require;
}

ServerOptions server_options(const ServeOptions& options, LogOutput& log) {
  return {.port = options.port,
          .host = options.host,
          .threads = options.threads,
          .backend = backend_of(options.backend),
          .tls = {.cert_file = options.cert,
                  .key_file = options.key,
                  .client_certificates = clients_of(options),
                  .client_ca_file = options.client_ca},
          .spin = std::chrono::microseconds(options.spin),
          .log = log.sink(),
          .log_level = log.level()};
}

int serve(const ServeOptions& options, const Configuration& configuration) {
  LogOutput log(options.log_level);
  for (const std::string& line : configuration.warnings()) log.warn(line);
  const InheritedSocket inherited = inherited_socket();
  if (!inherited.error.empty()) {
    log.error(inherited.error);
    return 2;
  }
  ServerOptions settings = server_options(options, log);
  settings.listen_descriptor = inherited.descriptor;
  const auto history = make_history(options.history, log.sink());
  if (!history->open()) {
    log.error("history: " + history->open_error());
    return 2;
  }
  Server server(std::move(settings));
  RoomChat rooms;
  rooms.serve(server, "/room");
  if (options.parser == "msgpack")
    log.warn("Socket.IO speaks msgpack: the pages, whose clients speak JSON, will not connect");
  SioChat chat(*history);
  chat.serve(server, {.engine = {.allow_eio3 = options.allow_eio3, .allow_jsonp = options.allow_jsonp},
                      .parser = options.parser == "msgpack" ? sio::msgpack_parser() : nullptr});
  serve_admin(server, options.admin, log);
  server.ws("/echo", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); },
                      .max_message = 16 * 1024 * 1024});
  server.get("/healthz", [](http::Request&, http::Response& res) { res.type("txt").send("ok\n"); });

  const std::string pages = options.web.empty() ? find_web_folder() : options.web;
  if (pages.empty())
    log.warn("the pages were not found: build them with `npm run build` in web/, or name their folder with --web");
  else
    server.files("/", {.root = pages});

  return run(server, [&server] {
    std::cout << "listening on " << server.url() << std::endl;
    notify_ready(server.url());
  });
}

}  // namespace

std::shared_ptr<const ServeOptions> add_serve_options(CLI::App* verb) {
  auto options = std::make_shared<ServeOptions>();
  verb->add_option("--host", options->host, "Address to listen on: an IP address, localhost, or unix:/path")
      ->envname("HOST")
      ->capture_default_str();
  verb->add_option("--port", options->port, "Port to listen on; 0 lets the system choose")
      ->envname("PORT")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  verb->add_option("--threads", options->threads, "Event loops; 0 is one a core")
      ->envname("DUPLEX_THREADS")
      ->check(CLI::Range(0, 255))
      ->capture_default_str();
  verb->add_option("--backend", options->backend, "auto, epoll or io_uring; the last is an error where it is forbidden")
      ->envname("DUPLEX_BACKEND")
      ->check(CLI::IsMember({"auto", "epoll", "io_uring"}))
      ->capture_default_str();
  verb->add_option(
          "--spin", options->spin,
          "Microseconds for which an idle loop looks for more before it sleeps, while messages come that fast; 0: "
          "never")
      ->envname("DUPLEX_SPIN")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  CLI::Option* cert = verb->add_option("--cert", options->cert, "TLS certificate, with its chain (PEM file)")
                          ->envname("DUPLEX_CERT")
                          ->check(CLI::ExistingFile);
  CLI::Option* key = verb->add_option("--key", options->key, "TLS private key (PEM file)")
                         ->envname("DUPLEX_KEY")
                         ->check(CLI::ExistingFile);
  CLI::Option* client_ca =
      verb->add_option("--client-ca", options->client_ca, "Who vouches for clients' certificates (PEM file)")
          ->envname("DUPLEX_CLIENT_CA")
          ->check(CLI::ExistingFile)
          ->needs(cert);
  verb->add_option("--client-certificates", options->client_certificates,
                   "With --client-ca: require a certificate of every client, or only request one")
      ->envname("DUPLEX_CLIENT_CERTIFICATES")
      ->check(CLI::IsMember({"require", "request"}))
      ->needs(client_ca)
      ->capture_default_str();
  cert->needs(key);
  key->needs(cert);
  CLI::Option* eio3 =
      verb->add_flag("--allow-eio3", options->allow_eio3, "Serve clients of Socket.IO 2, too (Engine.IO 3)")
          ->envname("DUPLEX_ALLOW_EIO3")
          ->default_str("false");
  verb->add_flag("--allow-jsonp", options->allow_jsonp,
                 "With --allow-eio3: also those that poll by script elements, which pages of any origin can")
      ->envname("DUPLEX_ALLOW_JSONP")
      ->default_str("false")
      ->needs(eio3);
  verb->add_option("--parser", options->parser, "How Socket.IO's packets stand on the wire: json, or msgpack")
      ->envname("DUPLEX_PARSER")
      ->check(CLI::IsMember({"json", "msgpack"}))
      ->capture_default_str();
  verb->add_option("--web", options->web, "Folder of the pages")
      ->envname("DUPLEX_WEB")
      ->check(CLI::ExistingDirectory)
      ->default_str(find_web_folder());
  verb->add_option("--history", options->history.file,
                   "File that keeps the chat's messages (SQLite; made if it is not there); without it they are kept in "
                   "memory")
      ->envname("DUPLEX_HISTORY");
  verb->add_option("--history-entries", options->history.entries, "Messages that each room keeps")
      ->envname("DUPLEX_HISTORY_ENTRIES")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  verb->add_option("--history-days", options->history.days, "How long they are kept; 0: for ever")
      ->envname("DUPLEX_HISTORY_DAYS")
      ->check(CLI::Range(0, 36'500))
      ->capture_default_str();
  verb->add_option("--history-megabytes", options->history.megabytes, "How much of them is kept, in all rooms together")
      ->envname("DUPLEX_HISTORY_MEGABYTES")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  add_admin_options(*verb, options->admin);
  verb->add_option("--log-level", options->log_level, "debug, info, warning or error")
      ->envname("DUPLEX_LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  add_env_file(*verb);
  return options;
}

std::string fault_of(const ServeOptions& options) {
  if (std::string fault = fault_of(options.history); !fault.empty()) return fault;
  LogOutput log("error");
  ServerOptions tried = server_options(options, log);
  tried.port = 0;  // the one that is meant may be in use by the server that is to be replaced
  if (tried.host.starts_with("unix:")) tried.host = "127.0.0.1";
  Server server(std::move(tried));
  serve_admin(server, options.admin, log);
  return server.start() ? std::string() : server.start_error();
}

void add_serve(CLI::App& app, const std::unique_ptr<Configuration>& configuration, int& exit_code) {
  CLI::App* verb = app.add_subcommand(
      "serve", "Serve the demo pages, a Socket.IO chat, a WebSocket room chat at /room and an echo at /echo");
  verb->callback(
      [options = add_serve_options(verb), &configuration, &exit_code] { exit_code = serve(*options, *configuration); });
}

}  // namespace duplex::app
