// SPDX-License-Identifier: MIT
// What connections cost, and what is left of them: on real sockets, because the kernel is part of it.
#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "support/raw_client.h"
#include "support/ws_client.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool sanitized = false;
#endif

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// A client that costs its process a descriptor and nothing else.
class BareClient {
 public:
  explicit BareClient(int port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval patience{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  BareClient(BareClient&& o) noexcept : descriptor_(std::exchange(o.descriptor_, -1)), connected_(o.connected_) {}
  BareClient& operator=(BareClient&&) = delete;
  ~BareClient() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  bool connected() const { return connected_; }
  void send(std::string_view bytes) {
    [[maybe_unused]] const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  /// Waits for something to come, and says how it begins.
  std::string receive() {
    char buffer[4096];
    const auto got = ::recv(descriptor_, buffer, sizeof buffer, 0);
    return std::string(buffer, got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  void reset() {
    const linger now{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(std::exchange(descriptor_, -1));
  }

 private:
  int descriptor_;
  bool connected_ = false;
};

/// A server on a thread of its own that counts what its handlers hear.
struct Running {
  Running() : server({.host = "127.0.0.1", .log = [](const LogRecord&) {}}) {
    ws::Handlers handlers;
    handlers.on_open = [this](ws::Socket&, const http::Request&) { ++opened; };
    handlers.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); };
    handlers.on_close = [this](ws::Socket&, ws::Close) {
      ++closed;
      closed.notify_all();
    };
    ws::Handlers compressing;
    compressing.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); };
    compressing.compression = {.enabled = true};
    server.ws("/echo", std::move(handlers));
    server.ws("/deflate", std::move(compressing));
    REQUIRE(server.start());
    thread = std::thread([this] { server.run(); });
  }
  ~Running() {
    server.stop();
    thread.join();
  }
  /// Waits until as many sockets have closed as have opened, or 10 s.
  bool all_closed() {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (server.stats().connections != 0 || server.stats().websockets != 0) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(1ms);
    }
    return closed == opened;
  }

  std::atomic<int> opened = 0, closed = 0;
  Server server;
  std::thread thread;
};

/// Each connection takes two descriptors of this process.
int affordable(int wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return std::min(wanted, static_cast<int>((limit.rlim_cur - 200) / 2));
}

double kib_per_connection(int count, std::string_view path, std::string_view more, std::string_view first_words) {
  Running running;
  std::vector<BareClient> clients;
  clients.reserve(static_cast<std::size_t>(count));
  auto open = [&] {
    clients.emplace_back(running.server.port());
    clients.back().send(upgrade_request(path, more));
    REQUIRE(clients.back().receive().starts_with("HTTP/1.1 101 "));
    if (first_words.empty()) return;
    clients.back().send(first_words);
    REQUIRE_FALSE(clients.back().receive().empty());
  };
  for (int i = 0; i < 50; ++i) open();  // what the first ones bring with them is not theirs alone
  const std::size_t before = resident_bytes();
  for (int i = 50; i < count; ++i) open();
  const std::size_t after = resident_bytes();
  CHECK(running.server.stats().websockets == static_cast<std::uint64_t>(count));
  return static_cast<double>(after - std::min(before, after)) / 1024 / (count - 50);
}

}  // namespace

TEST_CASE("R1: an idle connection costs at most 8 KiB of memory") {
  const int count = affordable(sanitized ? 500 : 4000);
  const double cost = kib_per_connection(count, "/echo", "", client_frame("hello"));
  MESSAGE(count << " idle connections cost " << cost << " KiB each");
  if (!sanitized) CHECK(cost <= 8.0);
}

TEST_CASE("C6: a connection that compresses costs at most 48 KiB of memory, whatever windows it offers") {
  const int count = affordable(sanitized ? 200 : 2000);
  const std::string offer =
      "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=15; client_max_window_bits=15\r\n";
  const double cost = kib_per_connection(count, "/deflate", offer, client_frame(std::string(2000, 'x')));
  MESSAGE(count << " compressing connections cost " << cost << " KiB each");
  if (!sanitized) CHECK(cost <= 48.0);
}

TEST_CASE("R2: while connections come and go by the thousand, an established client is served") {
  Running running;
  BareClient established(running.server.port());
  established.send(upgrade_request("/echo"));
  REQUIRE(established.receive().starts_with("HTTP/1.1 101 "));

  std::atomic<bool> stop = false;
  int came = 0;
  std::thread flood([&] {
    for (; !stop; ++came) {
      BareClient client(running.server.port());
      if (came % 3 == 0) client.send(upgrade_request("/echo"));
      if (came % 2 == 0) client.reset();
    }
  });
  std::vector<std::chrono::duration<double, std::milli>> waits;
  const auto until = std::chrono::steady_clock::now() + 1s;
  while (std::chrono::steady_clock::now() < until) {
    const auto sent = std::chrono::steady_clock::now();
    established.send(client_frame("are you there?"));
    REQUIRE_FALSE(established.receive().empty());
    waits.emplace_back(std::chrono::steady_clock::now() - sent);
  }
  stop = true;
  flood.join();
  std::sort(waits.begin(), waits.end());
  const auto p99 = waits[waits.size() * 99 / 100];
  MESSAGE(came << " connections came and went; " << waits.size() << " echoes, p99 " << p99.count() << " ms");
  CHECK(came > 100);
  CHECK(p99.count() < (sanitized ? 250.0 : 50.0));
}

TEST_CASE("R9: on the kernel, on_close comes exactly once for each on_open, whenever the peer resets") {
  Running running;
  const std::string script =
      upgrade_request("/echo") + client_frame("one") + client_frame(std::string(300, 'x')) + client_frame("", 8);
  for (std::size_t cut = 0; cut <= script.size(); cut += 3) {
    BareClient client(running.server.port());
    REQUIRE(client.connected());
    client.send(script.substr(0, cut));
    if (cut % 2 == 0 && cut > script.size() / 2) (void)client.receive();
    client.reset();
  }
  CHECK(running.all_closed());
  CHECK(running.opened > 20);
}
