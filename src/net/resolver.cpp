// SPDX-License-Identifier: MIT
#include "net/resolver.h"

#include <netdb.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "net/socket_address.h"

namespace duplex::net {
namespace {

constexpr int most_threads = 4;

struct Question {
  std::string name;
  int port;
  Function<void(Resolved)> then;
};

struct Asking {
  std::mutex mutex;
  std::deque<Question> waiting;
  int threads = 0;
};

// Never destroyed: a thread that waits for an answer may outlive what runs at exit.
Asking& asking() {
  static Asking* const made = new Asking;
  return *made;
}

Resolved ask(const std::string& name, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;  // or each address comes three times
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(list, &::freeaddrinfo);
  if (error != 0) return {{}, error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error)};
  Resolved resolved;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    Address address = SocketAddress(each->ai_addr, each->ai_addrlen).address();
    address.port = port;
    if (address.kind == Address::Kind::v4 || address.kind == Address::Kind::v6)
      resolved.addresses.push_back(std::move(address));
  }
  if (resolved.addresses.empty()) return {{}, "it has no address"};
  resolved.addresses = interleave(std::move(resolved.addresses));
  return resolved;
}

void answer_all() {
  Asking& state = asking();
  for (;;) {
    std::unique_lock lock(state.mutex);
    if (state.waiting.empty()) {
      --state.threads;
      return;
    }
    Question question = std::move(state.waiting.front());
    state.waiting.pop_front();
    lock.unlock();
    try {
      question.then(ask(question.name, question.port));
    } catch (const std::bad_alloc&) {  // who asked has a time limit
    }
  }
}

}  // namespace

void resolve(std::string name, int port, Function<void(Resolved)> then) {
  Asking& state = asking();
  std::unique_lock lock(state.mutex);
  state.waiting.push_back({std::move(name), port, std::move(then)});
  if (state.threads >= most_threads) return;
  try {
    std::thread(answer_all).detach();
    ++state.threads;
  } catch (const std::system_error& error) {
    if (state.threads != 0) return;  // another one will come to it
    Question question = std::move(state.waiting.back());
    state.waiting.pop_back();
    lock.unlock();
    question.then({{}, "no thread can be made for it: " + error.code().message()});
  }
}

std::vector<Address> interleave(std::vector<Address> addresses) {
  std::vector<Address> families[2], mixed;
  for (Address& address : addresses)
    families[address.kind == addresses.front().kind ? 0 : 1].push_back(std::move(address));
  for (std::size_t i = 0; mixed.size() < addresses.size(); ++i)
    for (auto& family : families)
      if (i < family.size()) mixed.push_back(std::move(family[i]));
  return mixed;
}

}  // namespace duplex::net
