// SPDX-License-Identifier: MIT
#include "server/sio/ids.h"

#include <openssl/rand.h>

#include <array>
#include <cstdlib>

namespace duplex::sio {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Random bytes are drawn by the hundred: a call costs far more than a byte.
struct Pool {
  std::array<unsigned char, 480> bytes;
  std::size_t left = 0;
  unsigned char take() {
    if (left == 0) {
      if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();  // guessable ids would be worse
      left = bytes.size();
    }
    return bytes[--left];
  }
};

}  // namespace

void fill_random_id(std::span<char> id) {
  thread_local Pool pool;
  for (char& c : id) c = alphabet[pool.take() & 63];
}

std::string random_id(std::size_t size) {
  std::string id(size, '\0');
  fill_random_id(id);
  return id;
}

}  // namespace duplex::sio
