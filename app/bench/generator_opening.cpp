// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "app/bench/answer.h"
#include "app/bench/generator.h"

namespace duplex::bench {
namespace {

constexpr std::size_t longest_head = 16 * 1024;

/// Whether the server listens there. Asked only if its name has several addresses: `localhost` usually has two.
bool listens(const addrinfo& address) {
  const int descriptor = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool yes = descriptor >= 0 && connect(descriptor, address.ai_addr, address.ai_addrlen) == 0;
  if (descriptor >= 0) close(descriptor);
  return yes;
}

}  // namespace

bool Generator::resolve() {
  const Target& target = options_.target;
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  const int wrong = getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &found);
  if (wrong != 0) {
    fail("cannot find " + target.host + ": " + gai_strerror(wrong));
    return false;
  }
  const addrinfo* chosen = found;
  if (found->ai_next != nullptr)
    for (const addrinfo* address = found; address != nullptr; address = address->ai_next)
      if (listens(*address)) {
        chosen = address;
        break;
      }
  std::memcpy(&server_, chosen->ai_addr, chosen->ai_addrlen);
  server_size_ = chosen->ai_addrlen;
  freeaddrinfo(found);
  if (options_.source_addresses == 0) return true;
  const auto* const v4 = reinterpret_cast<const sockaddr_in*>(&server_);
  if (server_.ss_family == AF_INET && ntohl(v4->sin_addr.s_addr) >> 24 == 127) return true;
  fail("--source-addresses works for a server on 127.0.0.0/8 only");
  return false;
}

bool Generator::raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  // While it upgrades a client has three; there are so many of these at a time.
  const std::size_t lanes = options_.transport == Transport::polling ? 2 : 1;
  std::size_t upgrading = options_.mode == Mode::handshake ? connections_.size() : options_.opening;
  if (options_.transport != Transport::upgrade) upgrading = 0;
  if (connections_.size() * lanes + upgrading * 2 + 32 <= limit.rlim_max) return true;
  fail(std::to_string(connections_.size()) + " connections need more descriptors than this process may have (" +
       std::to_string(limit.rlim_max) + (lanes == 2 ? "; over long-polling each needs two)" : ")"));
  return false;
}

bool Generator::prepare_tls() {
  if (!options_.target.tls) return true;
  tls_.reset(SSL_CTX_new(TLS_client_method()));
  if (!tls_) {
    fail(tls_complaint());
    return false;
  }
  SSL_CTX_set_mode(tls_.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_verify_paths(tls_.get());
  SSL_CTX_set_verify(tls_.get(), options_.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  return true;
}

void Generator::prepare_request() {
  std::array<std::byte, 16> random{};
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) random[0] = std::byte{1};
  key_ = ws::make_client_key(random);
  path_ = options_.socket_io ? socket_io_path(options_.target.path, "websocket") : options_.target.path;
  polling_path_ = socket_io_path(options_.target.path, "polling");
  host_header_ = options_.target.host_header();
  deflate_ = {.enabled = true,
              .server_max_window_bits = 15,
              .client_max_window_bits = 15,
              .server_no_context_takeover = false,
              .client_no_context_takeover = true};
  request_ = {.host = host_header_, .target = path_, .deflate = options_.deflate ? &deflate_ : nullptr};
  if (options_.mode == Mode::request) {
    request_bytes_.append(as_bytes("GET " + path_ + " HTTP/1.1\r\nHost: " + host_header_ + "\r\n\r\n"));
    return;
  }
  handshake_request_ = "GET " + polling_path_ + " HTTP/1.1\r\nHost: " + host_header_ + "\r\n\r\n";
  if (!ws::write_request(request_bytes_, request_, key_)) fail("the URL cannot be said in a request");
}

void Generator::begin(Connection& connection) {
  // Field by field: the memory for stamps stays.
  connection.inbound = Inbound(expected_);
  connection.outgoing = &plain_[publisher_of(connection)];
  connection.position = 0;
  connection.owed = connection.sent = connection.received = 0;
  connection.began_ns = clock_ns();
  ++in_making_;
  if (options_.transport != Transport::websocket) return begin_polling(connection);
  connection.state = Connection::connecting;
  open_pipe(connection, connection.pipe, number_of(connection));
}

/// Begins to connect; false if that failed at once, and the connection is lost. `mark`: what its events will say.
bool Generator::open_pipe(Connection& connection, Pipe& pipe, std::uint64_t mark) {
  const int descriptor = socket(server_.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    lost(connection, std::strerror(errno));
    return false;
  }
  pipe = Pipe(descriptor);
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  bind_source(connection, pipe);
  if (failed_) return false;
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&server_), server_size_) != 0 && errno != EINPROGRESS) {
    const int wrong = errno;
    lost(connection, std::string("cannot connect to ") + host_header_ + ": " + std::strerror(wrong) +
                         (wrong == EADDRNOTAVAIL ? " (no port is left: see --source-addresses)" : ""));
    return false;
  }
  // Both directions for good, edge-triggered: one call a connection, and an event only when something changes.
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {}};
  event.data.u64 = mark;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0) return true;
  lost(connection, std::strerror(errno));
  return false;
}

void Generator::bind_source(Connection& connection, const Pipe& pipe) {
  if (options_.source_addresses == 0) return;
  const int on = 1;
  setsockopt(pipe.descriptor(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const auto which = static_cast<std::uint32_t>(number_of(connection) % options_.source_addresses);
  sockaddr_in source{};
  source.sin_family = AF_INET;
  // 127.0.0.1 … 127.0.0.254, 127.0.1.1 …
  source.sin_addr.s_addr = htonl(0x7f000000u + (which / 254) * 256 + which % 254 + 1);
  if (bind(pipe.descriptor(), reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0)
    lost(connection, std::string("cannot bind a source address: ") + std::strerror(errno));
}

void Generator::connected(Connection& connection, bool failed) {
  if (failed) {
    int wrong = 0;
    socklen_t size = sizeof wrong;
    getsockopt(connection.pipe.descriptor(), SOL_SOCKET, SO_ERROR, &wrong, &size);
    return lost(connection, "cannot connect to " + host_header_ + ": " +
                                (wrong != 0 ? std::strerror(wrong) : "the server closed the connection"));
  }
  if (!tls_) return upgrade(connection);
  connection.pipe.start_tls(tls_.get(), options_.target.host);
  connection.state = Connection::securing;
  secure(connection);
}

void Generator::secure(Connection& connection) {
  const Moved moved = connection.pipe.handshake();
  if (moved.end == Moved::none) return upgrade(connection);
  if (moved.end == Moved::again) return;
  lost(connection, moved.end == Moved::closed ? std::string("the server ended the TLS handshake")
                   : moved.error != 0         ? std::string(std::strerror(moved.error))
                                              : tls_complaint());
}

void Generator::upgrade(Connection& connection) {
  if (options_.mode == Mode::request) return opened(connection);
  connection.state = Connection::upgrading;
  if (options_.transport == Transport::upgrade) {
    const std::string path = path_ + "&sid=" + connection.polling->session;
    ws::ClientHandshake request = request_;
    request.target = path;
    Buffer bytes;
    if (!ws::write_request(bytes, request, key_)) return lost(connection, "the server's session id is none");
    connection.urgent.assign(bytes.text());
  } else {
    connection.urgent.assign(request_bytes_.text());
  }
  flush_websocket(connection);
}

/// What of these bytes is behind the head of the answer, once that is complete.
Bytes Generator::take_head(Connection& connection, Bytes bytes) {
  const std::size_t before = connection.head.size();
  connection.head.append(as_text(bytes));
  const auto end = connection.head.find("\r\n\r\n", before < 3 ? 0 : before - 3);
  if (end == std::string::npos) {
    if (connection.head.size() > longest_head) lost(connection, "the answer's head does not end");
    return {};
  }
  const std::string_view head = std::string_view(connection.head).substr(0, end + 4);
  const auto answer = read_answer(head);
  if (!answer) {
    lost(connection, "the server does not speak HTTP/1.1");
    return {};
  }
  if (answer->status != 101) {
    lost(connection, "the server answered " + std::to_string(answer->status) + " to the upgrade");
    return {};
  }
  const auto checked = ws::check_response(*answer, request_, key_);
  if (!checked.ok) {
    lost(connection, checked.message);
    return {};
  }
  if (checked.deflate) {
    connection.inbound.enable_deflate(expected_, *checked.deflate);
    connection.outgoing = &packed_[publisher_of(connection)];
    ++found_.compressed;
  }
  const std::size_t used = end + 4 - before;
  connection.head = {};
  if (options_.socket_io) {
    connection.state = Connection::greeting;
    if (options_.transport == Transport::upgrade) urgent(connection, ws::Opcode::text, as_bytes("2probe"));
  } else {
    opened(connection);
  }
  return bytes.subspan(used);
}

void Generator::greet(Connection& connection, std::string_view packet) {
  if (packet.starts_with("40")) {
    if (connection.polling == nullptr) return opened(connection);
    connection.polling->connected = true;
    if (options_.transport == Transport::polling || connection.polling->upgraded) opened(connection);
    return;
  }
  if (options_.transport == Transport::websocket && packet.starts_with('0')) return say(connection, "40");
  if (options_.transport == Transport::upgrade && packet.starts_with('3')) return take_probe_answer(connection, packet);
  if (packet.starts_with("44")) return lost(connection, "the server refused: " + std::string(packet));
  lost(connection, "not a Socket.IO greeting: " + std::string(packet.substr(0, 40)));
}

void Generator::opened(Connection& connection) {
  --in_making_;
  ++alive_;
  ++found_.opened;
  connection.state = Connection::open;
  last_progress_ = now_;
  if (options_.mode != Mode::handshake) return;
  // Who has upgraded sends one message: its echo shows that the server has gone over, too.
  if (options_.transport == Transport::upgrade) return queue(connection, 1, now_);
  shaken(connection);
}

/// Handshake: it is complete.
void Generator::shaken(Connection& connection) {
  if (measuring_) {
    ++found_.messages;
    found_.latency.record(clock_ns() - connection.began_ns);
  }
  say_goodbye(connection);
}

}  // namespace duplex::bench
