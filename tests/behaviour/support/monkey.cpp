// SPDX-License-Identifier: MIT
#include "monkey.h"

#include <stdexcept>

namespace duplex::testing {
namespace {

constexpr int deepest = 4;

struct Data {
  Data() { Monkey::data_alive.fetch_add(1); }
  Data(Data&& o) noexcept : text(std::move(o.text)) { Monkey::data_alive.fetch_add(1); }
  ~Data() { Monkey::data_alive.fetch_sub(1); }
  std::string text = "what a socket carries, long enough to be allocated";
};
struct OtherData : Data {};

std::string room(Monkey::Random& random) { return "room" + std::to_string(random() % 4); }

/// Mostly small, at times longer than the limits of the monkey's endpoints.
std::string_view text(Monkey::Random& random) {
  static constexpr std::size_t sizes[] = {0, 1, 5, 125, 126, 300, 2000, 20'000, 70'000};
  static const std::string longest = [] {
    std::string all;
    while (all.size() < 70'000) all += "line " + std::to_string(all.size()) + '\n';
    return all;
  }();
  return std::string_view(longest).substr(0, sizes[random() % 9]);
}

ws::SendOptions options(Monkey::Random& random) { return {.key = random() % 3, .compress = random() % 4 != 0}; }

}  // namespace

// -- what was promised ------------------------------------------------------------------------------------------------

void Lives::break_promise(const char* what, const char* handler) {
  if (broken_.size() < 10) broken_.push_back(std::string(handler) + " " + what);
}

void Lives::opened(ws::Handle socket) {
  const std::lock_guard lock(mutex_);
  ++calls_;
  if (!socket) return break_promise("without a handle", "on_open");
  if (!lives_.emplace(socket.bits(), Life::open).second) return break_promise("for a second time", "on_open");
  order_.push_back(socket.bits());
  ++open_;
}

void Lives::called(ws::Handle socket, const char* handler) {
  const std::lock_guard lock(mutex_);
  ++calls_;
  const auto it = lives_.find(socket.bits());
  if (it == lives_.end()) return break_promise("before on_open", handler);
  if (it->second == Life::closed) break_promise("after on_close", handler);
}

void Lives::closed(ws::Handle socket) {
  const std::lock_guard lock(mutex_);
  ++calls_;
  const auto it = lives_.find(socket.bits());
  if (it == lives_.end()) return break_promise("before on_open", "on_close");
  if (it->second == Life::closed) return break_promise("for a second time", "on_close");
  it->second = Life::closed;
  --open_;
}

std::size_t Lives::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}
std::size_t Lives::opened_ever() const {
  const std::lock_guard lock(mutex_);
  return order_.size();
}
std::size_t Lives::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}
std::vector<std::string> Lives::broken() const {
  const std::lock_guard lock(mutex_);
  return broken_;
}

ws::Handle Lives::any(std::uint32_t random) const {
  const std::lock_guard lock(mutex_);
  if (order_.empty()) return {};
  const std::size_t newest = std::min<std::size_t>(order_.size(), 16);
  return ws::Handle(order_[order_.size() - 1 - random % newest]);
}

// -- the monkey -------------------------------------------------------------------------------------------------------

std::atomic<int> Monkey::data_alive{0};

Monkey::Random& Monkey::random() {
  static std::atomic<std::uint32_t> threads{1};
  thread_local Random mine(threads.fetch_add(1));
  return mine;
}
void Monkey::reseed(std::uint32_t seed) { random().seed(seed); }

Monkey::~Monkey() { settle(random(), true); }

ws::Handlers Monkey::handlers() {
  ws::Handlers h;
  h.on_upgrade = [this](http::Request&, ws::Upgrade upgrade) {
    Random& random = Monkey::random();
    const auto choice = random() % 16;
    if (choice < 10) return upgrade.accept();
    if (choice == 10) return upgrade.refuse(403, "not you");
    if (choice == 11) throw std::runtime_error("on_upgrade");
    if (choice == 12) return;  // dropped
    keep(std::move(upgrade));
  };
  h.on_open = [this](ws::Socket& socket, const http::Request& request) {
    lives_.opened(socket.handle());
    socket.join(room(random()));
    (void)request.path();
    if (random()() % 2 == 0) act(random(), &socket);
  };
  h.on_message = [this](ws::Socket& socket, ws::Message message) {
    lives_.called(socket.handle(), "on_message");
    if (random()() % 4 == 0) socket.send(message);
    for (auto acts = random()() % 4; acts > 0; --acts) act(random(), &socket);
  };
  h.on_drain = [this](ws::Socket& socket) {
    lives_.called(socket.handle(), "on_drain");
    act(random(), &socket);
  };
  h.on_error = [this](ws::Socket& socket, const ws::Error&) {
    lives_.called(socket.handle(), "on_error");
    act(random(), &socket);
  };
  h.on_close = [this](ws::Socket& socket, ws::Close) {
    lives_.called(socket.handle(), "on_close");
    for (auto acts = random()() % 3; acts > 0; --acts) act_on(random(), socket);
    lives_.closed(socket.handle());
    if (random()() % 8 == 0) throw std::runtime_error("on_close");
  };
  return h;
}

void Monkey::serve_http() {
  server_.get("/now", [](http::Request&, http::Response& res) { res.send("now"); });
  server_.route("*", "/later", [this](http::Request&, http::Response& res) {
    Random& random = Monkey::random();
    http::Reply reply = res.defer();
    if (random() % 2 == 0) reply.on_gone([this] { act(Monkey::random(), nullptr, deepest); });
    const auto choice = random() % 8;
    if (choice == 0) return;  // dropped
    if (choice == 1) return reply.send("at once");
    if (choice == 2) throw std::runtime_error("after defer");
    if (choice == 3) (void)res.defer();  // a second promise for the same answer
    keep(std::move(reply));
    if (choice == 4) act(random, nullptr);
  });
  server_.get("/throws", [](http::Request&, http::Response&) { throw std::runtime_error("no"); });
  server_.get("/acts", [this](http::Request&, http::Response& res) {
    if (Monkey::random()() % 2 == 0) res.send(std::string(30'000, 'x'));
    act(Monkey::random(), nullptr);
  });
}

void Monkey::keep(http::Reply reply) {
  const std::lock_guard lock(mutex_);
  replies_.push_back(std::move(reply));
}
void Monkey::keep(ws::Upgrade upgrade) {
  const std::lock_guard lock(mutex_);
  upgrades_.push_back(std::move(upgrade));
}

void Monkey::settle(Random& random, bool all) {
  do {
    std::vector<http::Reply> reply;
    std::vector<ws::Upgrade> upgrade;
    {
      const std::lock_guard lock(mutex_);
      if (!replies_.empty()) {
        std::swap(replies_[random() % replies_.size()], replies_.back());
        reply.push_back(std::move(replies_.back()));
        replies_.pop_back();
      }
      if (!upgrades_.empty()) {
        upgrade.push_back(std::move(upgrades_.back()));
        upgrades_.pop_back();
      }
    }
    if (reply.empty() && upgrade.empty()) return;
    for (auto& one : reply)
      if (random() % 4 != 0)
        one.status(200 + static_cast<int>(random() % 5)).header("X-Late", "yes").send(text(random));
    for (auto& one : upgrade) {
      const auto choice = random() % 8;
      if (choice < 5)
        one.accept();
      else if (choice < 7)
        one.refuse(401);
    }
  } while (all);
}

void Monkey::act(Random& random, ws::Socket* self, int depth) {
  if (self == nullptr || random() % 3 == 0) return act_elsewhere(random, depth);
  if (random() % 40 == 0) throw std::runtime_error("the handler's own mistake");
  if (random() % 80 == 0) throw 42;
  act_on(random, *self);
}

void Monkey::act_on(Random& random, ws::Socket& socket) {
  static constexpr std::uint16_t codes[] = {1000, 1001, 1003, 1008, 3000, 4999, 0, 1005};
  switch (random() % 24) {
    case 0:
      return socket.close(codes[random() % 8], random() % 2 == 0 ? "enough" : std::string(200, 'r'));
    case 1:
      return socket.terminate();
    case 2:
      return socket.ping(random() % 2 == 0 ? "" : "are you there?");
    case 3:
    case 4:
      return socket.join(room(random));
    case 5:
      return socket.leave(room(random));
    case 6:
    case 7:
    case 8:
      return socket.publish(room(random), text(random), options(random));
    case 9:
      socket.set_data(Data{});
      return;
    case 10:
      socket.set_data(OtherData{});
      return;
    case 11:
      if (auto* data = socket.data<Data>()) data->text += "more";
      return;
    case 12:
      (void)socket.peer(), (void)socket.protocol(), (void)socket.round_trip(), (void)socket.dropped();
      return;
    case 13:
      for (int i = 0; i < 50; ++i) socket.send(text(random), options(random));
      return;
    default:
      (void)socket.send(text(random), options(random));
      return;
  }
}

void Monkey::act_elsewhere(Random& random, int depth) {
  const ws::Handle other = lives_.any(static_cast<std::uint32_t>(random()));
  switch (random() % 16) {
    case 0:
      other.close(4000, "from elsewhere");
      return;
    case 1:
    case 2:
      (void)other.send(text(random));
      return;
    case 3:
    case 4:
    case 5:
      if (depth >= deepest) return;
      return other.with([this, other, depth](ws::Socket& socket) {
        lives_.called(other, "with");
        act(Monkey::random(), &socket, depth + 1);
      });
    case 6:
    case 7:
    case 8:
      return server_.publish(room(random), text(random), options(random));
    case 9:
      if (depth < deepest) server_.loop().post([this, depth] { act(Monkey::random(), nullptr, depth + 1); });
      return;
    case 10:
      if (depth < deepest)
        server_.loop().after(std::chrono::milliseconds(random() % 3000),
                             [this, depth] { act(Monkey::random(), nullptr, depth + 1); });
      return;
    case 11:
      (void)server_.stats();
      return;
    case 12:
      if (may_end && random() % 8 == 0) return random() % 4 == 0 ? server_.stop() : server_.drain();
      return;
    default:
      return settle(random);
  }
}

}  // namespace duplex::testing
