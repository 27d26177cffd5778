// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_admin.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace duplex::sio {

/// Who may see the admin namespace: a password against its bcrypt hash, and the sessions of those who gave it. bcrypt
/// takes a tenth of a second, so it runs on a thread of its own, which is there from the first attempt on. Any thread.
class AdminLogin {
 public:
  /// Borrows the options.
  explicit AdminLogin(const AdminOptions& options) noexcept : options_(options) {}
  ~AdminLogin();  ///< waits for the password that is being checked; those that wait are refused
  AdminLogin(const AdminLogin&) = delete;
  AdminLogin& operator=(const AdminLogin&) = delete;

  bool asks() const noexcept { return !options_.password_hash.empty(); }
  /// Decides when the password has been looked at.
  void check(std::string_view username, std::string_view password, Admit admit);

  std::string open_session();
  bool knows(std::string_view session);

 private:
  struct Attempt {
    std::string password;
    bool right_name;
    Admit admit;
  };
  struct Session {
    std::string id;
    std::chrono::steady_clock::time_point ends;
  };
  void work();

  const AdminOptions& options_;
  std::mutex mutex_;  // all that follows
  std::condition_variable wake_;
  std::deque<Attempt> waiting_;
  std::deque<Session> sessions_;  // the oldest first
  bool stopping_ = false;
  std::thread worker_;
};

/// Why that is no bcrypt hash to check passwords against; empty if it is one.
std::string fault_of_hash(std::string_view hash);
/// Does the password fit the hash? Slow.
bool fits_hash(std::string_view password, const std::string& hash);

}  // namespace duplex::sio
