// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <duplex/eio.h>
#include <duplex/http.h>
#include <duplex/http_events.h>
#include <duplex/http_router.h>
#include <duplex/log.h>
#include <duplex/loop.h>
#include <duplex/result.h>
#include <duplex/ws.h>

#pragma GCC visibility push(default)

namespace duplex::sio {
class Io;
struct Options;
}  // namespace duplex::sio

namespace duplex {

/// A certificate (with its chain) and its private key, as PEM files or as PEM text.
struct TlsCertificate {
  std::string cert_file = {};
  std::string key_file = {};
  std::string cert_pem = {};
  std::string key_pem = {};
};

/// Whether clients show a certificate of their own, which `client_ca` vouches for. With `request` they may show none,
/// but not a bad one. See http::Request::peer_subject.
enum class ClientCertificates : unsigned char { none, request, require };

/// The server's certificate and what it wants of clients. Without a certificate: no TLS.
struct TlsOptions {
  std::string cert_file = {};
  std::string key_file = {};
  std::string cert_pem = {};
  std::string key_pem = {};
  bool self_signed = false;               ///< make a throw-away certificate for localhost: for tests and development
  std::vector<TlsCertificate> more = {};  ///< for other names; chosen by the name that the client asks for (SNI)
  ClientCertificates client_certificates = ClientCertificates::none;
  std::string client_ca_file = {};
  std::string client_ca_pem = {};
  bool enabled() const noexcept { return self_signed || !cert_file.empty() || !cert_pem.empty(); }
};

/// How a server stops on SIGTERM: no new connections, handlers finish, connections are closed spread over a window.
struct DrainOptions {
  std::chrono::milliseconds handlers{10'000};  ///< for requests and acknowledgements that are under way
  /// Connections are closed (1001) spread over this time, so that they do not all return at once.
  std::chrono::milliseconds close_window{10'000};
  std::chrono::milliseconds hard_stop{30'000};  ///< then whatever is left is cut
};

/// What the loops stand on.
enum class Backend {
  automatic,  ///< the environment's DUPLEX_BACKEND (auto, epoll or io_uring); without it, the best that works here
  epoll,
  io_uring,  ///< epoll, and an io_uring that sends to many by one system call; `start` fails where it is forbidden
};

struct ServerOptions {
  int port = 0;                  ///< 0: the kernel picks one; see Server::port
  std::string host = "0.0.0.0";  ///< an address, "localhost", or "unix:/path"
  /// A socket that listens already, as systemd hands one over (LISTEN_FDS); `host` and `port` then say nothing. It is
  /// duplicated, never closed, and on a drain its backlog is left for the next process. -1: none.
  int listen_descriptor = -1;
  int threads = 1;  ///< loops; 0: one a core
  Backend backend = Backend::automatic;
  http::Limits http = {};
  TlsOptions tls = {};
  DrainOptions drain = {};
  std::chrono::milliseconds stall_limit{100};  ///< a handler that blocks its loop longer is named in the log
  int max_connections = 0;                     ///< 0: the descriptor limit less 64
  /// How long a loop with nothing to do looks for more before it sleeps, while messages come that fast: a lower latency
  /// for a few busy connections. 0: never. Nothing is spent on an idle server, nor where there is only one CPU.
  std::chrono::microseconds spin{50};
  LogSink log = {};
  LogLevel log_level = LogLevel::info;
};

/// What the server has counted since it started, over all loops.
struct ServerStats {
  std::uint64_t connections = 0;  ///< open now
  std::uint64_t accepted = 0;
  std::uint64_t requests = 0;    ///< HTTP
  std::uint64_t websockets = 0;  ///< open now
  std::uint64_t messages_in = 0, messages_out = 0;
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::uint64_t dropped = 0;           ///< messages given up by an overflow policy
  std::uint64_t conflated = 0;         ///< messages replaced by a newer one of the same key
  std::uint64_t slow_disconnects = 0;  ///< closed with 1013
};

/// A WebSocket and HTTP server. Say what it serves, then `run(server)`.
///     Server server({.port = 9001});
///     server.ws("/echo", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); }});
///     return run(server);
/// Routes are set before it starts and are tried in the order in which they were set, as in Express.
/// Paths: as in Express 5, see http::Router; a WebSocket endpoint at "/*" takes every path. Handlers run on the
/// connection's loop.
class Server {
 public:
  explicit Server(ServerOptions options);
  ~Server();  ///< stops at once what still runs; not inside a handler
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Server& ws(std::string_view path, ws::Handlers handlers);
  Server& use(http::Middleware middleware);
  Server& use(std::string_view prefix, http::Middleware middleware);
  Server& use(std::string_view prefix, http::Router router);
  Server& get(std::string_view path, http::Handler handler);
  Server& post(std::string_view path, http::Handler handler);
  Server& put(std::string_view path, http::Handler handler);
  Server& patch(std::string_view path, http::Handler handler);
  Server& del(std::string_view path, http::Handler handler);
  Server& all(std::string_view path, http::Handler handler);
  Server& route(std::string_view method, std::string_view path, http::Handler handler);  ///< method "*": any
  Server& files(std::string_view prefix, http::Files files);
  /// Hears of what failed in the routes before it; without one a failure is answered with its status, and text alone.
  Server& on_error(http::ErrorHandler handler);
  Server& cors(http::Cors options);
  Server& cors(std::string_view prefix, http::Cors options);
  Server& compress(http::Compress options);  ///< what handlers answer, for clients that take it
  /// The ETag of what handlers send, made from the body unless they set one; a client that has it gets 304. Weak, as in
  /// Express. `off` saves its time (a SHA-1) where answers are never the same twice.
  Server& etags(http::Etag kind);
  /// Another limit than `http::Limits::body` for bodies that are sent to what is behind the prefix.
  Server& limit_body(std::string_view prefix, std::size_t bytes);
  /// Engine.IO at `options.path`: messages over long-polling and WebSocket. Socket.IO stands on it.
  Server& engine(eio::EngineOptions options, eio::Handlers handlers);
  /// Socket.IO (#include <duplex/sio.h>), made when first asked for; the options are those of the first call. Before
  /// the server starts.
  sio::Io& io();
  sio::Io& io(sio::Options options);

  /// To everyone in the room, on every loop; encoded (and compressed) once. Any thread.
  void publish(std::string_view room, ws::Message message, ws::SendOptions options = {});
  /// Another overflow policy for what is published to this room. Before the server starts.
  Server& room(std::string_view room, ws::Overflow policy);

  /// Binds and listens; nothing is served before `run`. An error says what could not be done: `start_error()` in words.
  Result<void> start();
  const std::string& start_error() const noexcept;
  int port() const noexcept;  ///< after `start`
  std::string url() const;    ///< "http://127.0.0.1:3000"
  void run();                 ///< serves on this thread (and starts the others) until `stop`
  void drain();               ///< Any thread: stops gracefully (DrainOptions), then `run` returns
  void stop();                ///< Any thread: stops now
  /// Reads the certificate files again; new connections use them, open ones go on. Any thread.
  Result<void> reload_certificates();

  Loop& loop();               ///< the loop of the thread that calls `run`
  ServerStats stats() const;  ///< Any thread.

 private:
  friend struct ServerAccess;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Starts, serves until SIGINT or SIGTERM, drains (a second signal stops at once; SIGHUP reloads certificates).
/// Returns an exit code: 0, or 2 if it could not start; why is in the log. `on_listening` is called when clients can
/// connect and signals are handled: the moment to print the URL.
int run(Server& server, Function<void()> on_listening = {});

}  // namespace duplex

#pragma GCC visibility pop
