// SPDX-License-Identifier: MIT
#include "app/hash_password.h"

#include <crypt.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>

namespace duplex::app {
namespace {

constexpr std::size_t longest = 72;  // bytes: bcrypt looks at no more

/// Nothing that is typed at a terminal is shown while this lives.
class Unseen {
 public:
  Unseen() : is_terminal_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_terminal_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    std::cerr << "Password: " << std::flush;
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
  ~Unseen() {
    if (!is_terminal_) return;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::cerr << '\n';
  }

 private:
  termios before_{};
  bool is_terminal_;
};

/// Why there is none, or empty; then `hash` is one.
std::string hash_of(const std::string& password, int cost, std::string& hash) {
  if (password.empty()) return "the password is empty: type one, or send a line to standard input";
  if (password.size() > longest) return "the password has more than 72 bytes, of which bcrypt would see only those";
  if (password.find('\0') != password.npos) return "the password holds a zero byte";
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const auto data = std::make_unique<crypt_data>();
  const char* made = nullptr;
  if (crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost), nullptr, 0, setting.data(),
                       static_cast<int>(setting.size())) != nullptr)
    made = crypt_r(password.c_str(), setting.data(), data.get());
  if (made == nullptr || made[0] == '*') return std::string("the password cannot be hashed: ") + std::strerror(errno);
  hash = made;
  return {};
}

}  // namespace

void add_hash_password(CLI::App& app, int& exit_code) {
  CLI::App* verb = app.add_subcommand("hash-password",
                                      "Read a password (a line, or typed unseen) and print its hash, for `duplex serve "
                                      "--admin-password-hash`");
  const auto cost = std::make_shared<int>(10);
  verb->add_option("--cost", *cost, "Each step doubles the time that a guess takes")
      ->check(CLI::Range(4, 15))
      ->capture_default_str();
  verb->callback([cost, &exit_code] {
    std::string password, hash;
    {
      const Unseen unseen;
      std::getline(std::cin, password);
    }
    if (const std::string fault = hash_of(password, *cost, hash); !fault.empty()) {
      std::cerr << "duplex: " << fault << '\n';
      exit_code = 2;
      return;
    }
    std::cout << hash << '\n';
  });
}

}  // namespace duplex::app
