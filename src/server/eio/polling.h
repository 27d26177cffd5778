// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>
#include <duplex/http.h>

#include <string>

#include "core/recycled.h"
#include "protocol/http/content_coding.h"
#include "server/eio/lazy_info.h"
#include "server/eio/sid.h"

namespace duplex::eio {

/// A request with a session's id, on its way to the session: what has to be known of it there. On its own loop it
/// borrows from the request; what goes to another is kept first.
struct SessionRequest {
  enum class Method : unsigned char { get, post, other } method = Method::other;
  http::Coding coding = http::Coding::identity;  ///< what the answer may be packed with
  bool octet_stream = false;                     ///< the body's media type
  bool jsonp = false;                            ///< asks for a script
  Sid sid{};
  std::string_view body = {};
  LazyInfo info = {};
};

/// A GET that waits for something to be sent. The memory of the last ones serves the next.
struct PendingPoll {
  static void* operator new(std::size_t) { return Recycled<PendingPoll>().allocate(1); }
  static void operator delete(void* poll) noexcept {
    Recycled<PendingPoll>().deallocate(static_cast<PendingPoll*>(poll), 1);
  }

  http::Reply reply;
  http::Coding coding;
  std::uint64_t number;  ///< tells it from another when its client goes
  LazyInfo info;
};

/// A POST that is handed out packet by packet, perhaps over several turns of the loop.
struct Upload {
  http::Reply reply;
  LazyInfo info;
  std::string_view body;  ///< borrowed, or `kept`
  std::size_t position = 0;
  bool is_kept = false;
  bool octet_stream = false;
  std::string kept = {};

  /// What is left of it outlives its request.
  void keep() {
    if (std::exchange(is_kept, true)) return;
    info.keep();
    kept = body.substr(position);
    body = kept;
    position = 0;
  }
};

}  // namespace duplex::eio
