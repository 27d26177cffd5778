// SPDX-License-Identifier: MIT
#include "net/epoll_backend.h"

#include <doctest/doctest.h>
#include <linux/tcp.h>  // not netinet/tcp.h: its tcp_info is of 2009
#include <sys/uio.h>

#include <map>

#include "net/support.h"

using namespace duplex;
using namespace duplex::net;
using namespace duplex::net::testing;

namespace {

/// The kernel, with faults between it and the loop. A refusal that the kernel knows nothing of is followed by the edge
/// that it would owe.
class FaultyKernel final : public Backend {
 public:
  enum class Call : unsigned char { read, send };
  struct Fault {
    int error = 0;
    std::size_t at_most = SIZE_MAX;
  };
  Function<Fault(Call, std::uint64_t)> script;

  TimePoint now() noexcept override { return kernel_->now(); }
  std::span<const Event> wait(std::chrono::milliseconds timeout) override { return kernel_->wait(timeout); }
  void wake_through(int descriptor) override { kernel_->wake_through(descriptor); }
  Result<int> listen(Address& a, const ListenOptions& o) override { return kernel_->listen(a, o); }
  Io accept(int listener) override { return kernel_->accept(listener); }
  bool watch_listener(int listener, std::uint64_t token) override { return kernel_->watch_listener(listener, token); }
  void ignore_listener(int listener) override { kernel_->ignore_listener(listener); }
  Io connect_to(const Address& a, std::chrono::milliseconds limit) override { return kernel_->connect_to(a, limit); }
  int connect_result(int descriptor) override { return kernel_->connect_result(descriptor); }
  bool watch(int descriptor, std::uint64_t token) override {
    tokens_[descriptor] = token;
    return kernel_->watch(descriptor, token);
  }
  bool watch_output(int descriptor, std::uint64_t token) override { return kernel_->watch_output(descriptor, token); }
  void unwatch(int descriptor) override { kernel_->unwatch(descriptor); }
  Io read(int descriptor, Bytes into) override {
    const Fault f = fault(Call::read, descriptor);
    if (f.error != 0) return {0, f.error};
    const Io got = kernel_->read(descriptor, into.first(std::min(into.size(), f.at_most)));
    if (f.at_most != SIZE_MAX) edge(descriptor);
    return got;
  }
  Io send(int descriptor, std::span<const iovec> pieces, Follows follows) override {
    const Fault f = fault(Call::send, descriptor);
    if (f.error != 0) return {0, f.error};
    iovec first = pieces.front();
    if (f.at_most == SIZE_MAX || first.iov_len == 0) return kernel_->send(descriptor, pieces, follows);
    first.iov_len = std::min(first.iov_len, f.at_most);
    return kernel_->send(descriptor, {&first, 1}, follows);
  }
  void send_batch(std::span<Sending> batch) override {
    if (script) return Backend::send_batch(batch);
    kernel_->send_batch(batch);
  }
  void shutdown_write(int descriptor) override { kernel_->shutdown_write(descriptor); }
  void close(int descriptor, bool reset) override { kernel_->close(descriptor, reset); }
  Address peer(int descriptor) override { return kernel_->peer(descriptor); }
  bool of_kernel() const noexcept override { return true; }

 private:
  Fault fault(Call call, int descriptor) {
    const Fault f = script ? script(call, calls_++) : Fault{};
    if (f.error == EAGAIN) edge(descriptor);
    return f;
  }
  void edge(int descriptor) {
    kernel_->unwatch(descriptor);
    kernel_->watch(descriptor, tokens_[descriptor]);
    kernel_->watch_output(descriptor, tokens_[descriptor]);
  }
  std::unique_ptr<Backend> kernel_ = kernel();
  std::map<int, std::uint64_t> tokens_;
  std::uint64_t calls_ = 0;
};

}  // namespace

TEST_CASE("R7: on the kernel too, short writes and reads, EAGAIN, EINTR and ENOBUFS leave the stream intact") {
  using Fault = FaultyKernel::Fault;
  using Call = FaultyKernel::Call;
  std::string sent(300'000, '\0');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 2654435761U >> 13);
  const auto transfer = [&](Function<Fault(Call, std::uint64_t)> script) {
    Recorder owner;
    auto backend = std::make_unique<FaultyKernel>();
    backend->script = std::move(script);
    Reactor reactor(std::move(backend));
    auto listener = reactor.listen(loopback(), {}, [&](Stream& s) {
      owner.stream = &s;
      s.set_owner(&owner);
    });
    REQUIRE(listener);
    owner.bytes_hook = [&](Bytes b) {
      owner.stream->write_large(b.first(b.size() / 3), b.subspan(b.size() / 3, b.size() / 3));
      owner.stream->write(b.subspan(b.size() / 3 * 2));
    };
    owner.end_hook = [&] { owner.stream->close(); };
    Client client((*listener)->address());
    std::size_t offered = 0;
    std::string got;
    const bool in_time = turn_until(reactor, [&] {
      if (offered < sent.size()) {
        const auto n = ::send(client.fd(), sent.data() + offered, std::min<std::size_t>(sent.size() - offered, 50'000),
                              MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0) offered += static_cast<std::size_t>(n);
        if (offered == sent.size()) client.shutdown();
      }
      for (std::string piece = client.read(); !piece.empty(); piece = client.read()) got += piece;
      return client.ended;
    });
    CHECK(in_time);
    CHECK(got == sent);
    CHECK(owner.closes == 1);
    CHECK(owner.cause == CloseCause::local);
  };
  transfer({});
  for (const std::size_t n : {7UL, 100UL, 1'447UL, 65'536UL}) {
    transfer([n](Call call, std::uint64_t) { return call == Call::send ? Fault{0, n * 10} : Fault{}; });
    transfer([n](Call call, std::uint64_t) { return call == Call::read ? Fault{0, n * 100} : Fault{}; });
  }
  for (const int error : {EAGAIN, EINTR, ENOBUFS}) {
    transfer([error](Call call, std::uint64_t k) {
      return call == Call::send && k % 2 == 0 ? Fault{error} : Fault{0, 20'000};
    });
    if (error != ENOBUFS) {
      transfer([error](Call call, std::uint64_t k) {
        return call == Call::read && k % 2 == 0 ? Fault{error} : Fault{0, 20'000};
      });
    }
  }
}

TEST_CASE("R9: on the kernel too, a stream that the peer resets at any time ends exactly once") {
  std::vector<std::unique_ptr<Recorder>> owners;
  Reactor reactor(kernel());
  auto listener = reactor.listen(loopback(), {}, [&](Stream& s) {
    owners.push_back(std::make_unique<Recorder>());
    owners.back()->stream = &s;
    owners.back()->bytes_hook = [r = owners.back().get()](Bytes b) {
      if (as_text(b).find("pause") != std::string::npos) r->stream->pause_reading();
      if (as_text(b).find("write") != std::string::npos) r->stream->write(as_bytes(std::string(8 << 20, 'x')));
      if (as_text(b).find("close") != std::string::npos) r->stream->close();
      if (as_text(b).find("abort") != std::string::npos) r->stream->abort(true);
    };
    s.set_owner(owners.back().get());
  });
  REQUIRE(listener);
  const char* scripts[] = {"", "x", "pause", "write", "write pause", "write close", "close", "abort", "write abort"};
  for (const char* script : scripts) {
    for (const bool turned : {false, true}) {
      CAPTURE(script);
      CAPTURE(turned);
      const std::size_t index = owners.size();
      Client client((*listener)->address());
      if (script[0] != '\0') client.write(script);
      if (turned) REQUIRE(turn_until(reactor, [&] { return owners.size() > index; }));
      if (turned) turn_once(reactor);
      client.reset();
      CHECK(turn_until(reactor, [&] { return owners.size() > index && owners[index]->closes > 0; }));
      turn_once(reactor);
      CHECK(owners[index]->closes == 1);
    }
  }
  CHECK(reactor.streams() == 0);
}

TEST_CASE("F18: on the kernel, a lingering close with unread input reaches the peer as an end and not as a reset") {
  Recorder owner;
  Reactor reactor(kernel());
  auto listener = reactor.listen(loopback(), {}, [&](Stream& s) {
    owner.stream = &s;
    s.set_owner(&owner);
  });
  REQUIRE(listener);
  owner.bytes_hook = [&](Bytes) {
    owner.stream->write(as_bytes("431"));
    owner.stream->close_lingering();
  };
  Client client((*listener)->address());
  std::string got;
  client.write(std::string(100'000, 'h'));
  CHECK(turn_until(reactor, [&] {
    ::send(client.fd(), "more", 4, MSG_DONTWAIT | MSG_NOSIGNAL);
    got += client.read();
    return client.ended;
  }));
  CHECK(client.last_errno == 0);
  CHECK(got == "431");
  client.close();
  CHECK(turn_until(reactor, [&] { return owner.closes == 1; }));
  CHECK(owner.cause == CloseCause::local);
}

TEST_CASE("the last bytes of a stream and its end are one packet, for one stream as for many, and for short writes") {
  for (const int streams : {1, 20}) {
    for (const bool only_half : {false, true}) {
      CAPTURE(streams);
      CAPTURE(only_half);
      std::vector<std::unique_ptr<Recorder>> owners;
      Reactor reactor(kernel());
      auto listener = reactor.listen(loopback(), {}, [&](Stream& s) {
        owners.push_back(std::make_unique<Recorder>());
        owners.back()->stream = &s;
        s.set_owner(owners.back().get());
      });
      REQUIRE(listener);
      std::vector<std::unique_ptr<Client>> clients;
      for (int i = 0; i < streams; ++i) clients.push_back(std::make_unique<Client>((*listener)->address()));
      REQUIRE(turn_until(reactor, [&] { return owners.size() == clients.size(); }));
      reactor.post([&] {
        for (auto& owner : owners) {
          owner->stream->write(as_bytes("bye"));
          only_half ? owner->stream->shutdown_write() : owner->stream->close();
        }
      });
      turn_once(reactor);
      for (auto& client : clients) {
        std::string got;
        CHECK(turn_until(reactor, [&] {
          got += client->read();
          return client->ended;
        }));
        CHECK(got == "bye");
        CHECK(client->last_errno == 0);
        tcp_info info{};
        socklen_t size = sizeof info;
        REQUIRE(::getsockopt(client->fd(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
        CHECK(info.tcpi_segs_in == 2);  // the answer to SYN, and this
      }
      for (auto& client : clients) client->close();
      CHECK(turn_until(reactor, [&] {
        if (only_half)
          for (auto& owner : owners)
            if (owner->ends == 1 && owner->stream != nullptr) owner->stream->close();
        return reactor.streams() == 0;
      }));
    }
  }
}

TEST_CASE("last words reach a peer whose own bytes were never read, before the reset that these cause") {
  Recorder owner;
  Reactor reactor(kernel());
  auto listener = reactor.listen(loopback(), {}, [&](Stream& s) {
    owner.stream = &s;
    s.set_owner(&owner);
    s.pause_reading();
  });
  REQUIRE(listener);
  Client client((*listener)->address());
  client.write("unread");
  REQUIRE(turn_until(reactor, [&] { return owner.stream != nullptr; }));
  owner.stream->write(as_bytes("bye"));
  owner.stream->close();
  CHECK(turn_until(reactor, [&] { return owner.closes == 1; }));
  CHECK(client.read() == "bye");
}

TEST_CASE("a stream that never stops sending does not keep the others waiting") {
  Recorder greedy, modest;
  Reactor reactor(kernel());
  auto listener = reactor.listen(loopback(), {}, [&](Stream& s) {
    Recorder& owner = greedy.stream == nullptr ? greedy : modest;
    owner.stream = &s;
    s.set_owner(&owner);
  });
  REQUIRE(listener);
  Client flood((*listener)->address());
  REQUIRE(turn_until(reactor, [&] { return greedy.stream != nullptr; }));
  Client quiet((*listener)->address());
  REQUIRE(turn_until(reactor, [&] { return modest.stream != nullptr; }));
  const std::string chunk(1 << 20, 'f');
  // The flood's bytes are read, and at once there are more.
  greedy.bytes_hook = [&](Bytes) {
    greedy.bytes.clear();
    ::send(flood.fd(), chunk.data(), chunk.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  };
  ::send(flood.fd(), chunk.data(), chunk.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  reactor.turn();
  quiet.write("hello");
  for (int turns = 0; turns < 3 && modest.bytes.empty(); ++turns) turn_once(reactor);
  CHECK(modest.bytes == "hello");
  greedy.stream->abort();
}
