// SPDX-License-Identifier: MIT
#include "server/sio/admin_login.h"

#include <crypt.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <memory>

#include "server/sio/ids.h"

namespace duplex::sio {
namespace {

constexpr std::size_t hash_size = 60;          // "$2b$", cost, "$", 22 of salt, 31 of hash
constexpr std::size_t password_size = 72;      // bcrypt looks at no more
constexpr std::size_t session_id_size = 32;    // 192 random bits
constexpr int least_cost = 4, most_cost = 15;  // each one doubles the time: 15 takes seconds

bool same(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string fault_of_hash(std::string_view hash) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool is_bcrypt = hash.size() == hash_size &&
                         (hash.starts_with("$2a$") || hash.starts_with("$2b$") || hash.starts_with("$2y$")) &&
                         is_digit(hash[4]) && is_digit(hash[5]) && hash[6] == '$';
  if (!is_bcrypt)
    return "is not a bcrypt hash (60 characters that begin with \"$2b$\"): `duplex hash-password` makes one, and in a "
           "shell it stands in single quotes";
  const int cost = (hash[4] - '0') * 10 + hash[5] - '0';
  if (cost < least_cost || cost > most_cost)
    return "has cost " + std::to_string(cost) + "; take one from " + std::to_string(least_cost) + " to " +
           std::to_string(most_cost);
  return {};
}

bool fits_hash(std::string_view password, const std::string& hash) {
  const std::string shortened(password.substr(0, password_size));
  if (shortened.find('\0') != shortened.npos) return false;  // to bcrypt it would end there
  const auto data = std::make_unique<crypt_data>();          // 32 KiB
  const char* const result = crypt_r(shortened.c_str(), hash.c_str(), data.get());
  return result != nullptr && same(result, hash);
}

AdminLogin::~AdminLogin() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (worker_.joinable()) worker_.join();
}

void AdminLogin::check(std::string_view username, std::string_view password, Admit admit) {
  std::unique_lock lock(mutex_);
  if (waiting_.size() >= options_.max_logins) {
    lock.unlock();
    return admit(sio::refuse("too many logins at a time, try again"));
  }
  // A wrong name takes as long as a wrong password: how long it takes tells nothing about the name.
  waiting_.push_back(
      {std::string(password.substr(0, password_size)), same(username, options_.username), std::move(admit)});
  if (!worker_.joinable()) worker_ = std::thread([this] { work(); });
  lock.unlock();
  wake_.notify_one();
}

void AdminLogin::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Attempt attempt = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    const bool right = fits_hash(attempt.password, options_.password_hash) && attempt.right_name;
    attempt.admit(right ? sio::accept : sio::refuse("invalid credentials"));
    lock.lock();
  }
}

std::string AdminLogin::open_session() {
  std::string id = random_id(session_id_size);
  const std::lock_guard lock(mutex_);
  if (sessions_.size() >= std::max<std::size_t>(options_.max_sessions, 1)) sessions_.pop_front();
  sessions_.push_back({id, std::chrono::steady_clock::now() + options_.session_lifetime});
  return id;
}

bool AdminLogin::knows(std::string_view session) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  while (!sessions_.empty() && sessions_.front().ends <= now) sessions_.pop_front();
  bool known = false;
  for (const Session& each : sessions_) known |= same(each.id, session);
  return known;
}

}  // namespace duplex::sio
