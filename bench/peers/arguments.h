// SPDX-License-Identifier: MIT
// What the peers' command lines say: --port N --mode echo|broadcast [--deflate] [--cert=FILE --key=FILE], as
// arguments.mjs.
#pragma once
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace peers {

constexpr std::size_t max_message = 16 * 1024 * 1024;

struct Arguments {
  unsigned short port = 0;
  bool broadcast = false, deflate = false;
  std::string cert, key;  ///< PEM files; empty: no TLS
  bool tls() const { return !cert.empty(); }
};

/// Ends the program if they make no sense, and for --version, which names the library.
inline Arguments read(int argc, char** argv, std::string_view library) {
  Arguments arguments;
  bool wrong = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--version") {
      std::printf("%.*s\n", static_cast<int>(library.size()), library.data());
      std::exit(0);
    } else if (word == "--port" && i + 1 < argc) {
      arguments.port = static_cast<unsigned short>(std::atoi(argv[++i]));
    } else if (word == "--mode" && i + 1 < argc) {
      const std::string_view mode = argv[++i];
      arguments.broadcast = mode == "broadcast";
      wrong |= mode != "echo" && mode != "broadcast";
    } else if (word == "--deflate") {
      arguments.deflate = true;
    } else if (word.starts_with("--cert=")) {
      arguments.cert = word.substr(7);
    } else if (word.starts_with("--key=")) {
      arguments.key = word.substr(6);
    } else {
      wrong = true;
    }
  }
  if (!wrong && arguments.port != 0) return arguments;
  std::fprintf(stderr, "usage: %s --port N [--mode echo|broadcast] [--deflate] [--cert=FILE --key=FILE]\n", argv[0]);
  std::exit(2);
}

inline void listening(const Arguments& arguments) {
  std::printf("listening on http%s://127.0.0.1:%d\n", arguments.tls() ? "s" : "", arguments.port);
  std::fflush(stdout);
}

}  // namespace peers
