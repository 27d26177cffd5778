// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace conformance {

/// One offer of permessage-deflate. Each begins with client_no_context_takeover and client_max_window_bits.
struct Offer {
  bool server_no_context_takeover = false;
  int server_max_window_bits = 0;  ///< 0: not named

  std::string header() const;
};

/// What the server's answer agreed to.
struct Agreed {
  int server_bits = 15;
  int client_bits = 15;
  bool server_takeover = true;
  bool client_takeover = true;
};

struct Handshake {
  std::string path = "/";
  std::string host = "127.0.0.1";
  std::vector<Offer> offers = {};
  std::string key = {};  ///< set by request()

  std::string request();

  struct Answer {
    std::string error = {};  ///< why the handshake failed; empty when the connection is open
    std::optional<Agreed> deflate = {};
  };
  /// Judges a complete response head, blank line included.
  Answer judge(const std::string& head) const;
};

}  // namespace conformance
