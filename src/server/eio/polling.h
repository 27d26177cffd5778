// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>
#include <duplex/http.h>

#include <string>

#include "server/eio/compress.h"

namespace duplex::eio {

/// A request with a session's id, on its way to the session's loop: what has to be known of it there.
struct SessionRequest {
  enum class Method : unsigned char { get, post, other } method = Method::other;
  Transport transport = Transport::polling;
  Coding coding = Coding::identity;  ///< what the answer may be packed with
  bool octet_stream = false;         ///< the body's media type
  std::string sid;
  std::string body;
  std::shared_ptr<const RequestInfo> info;
};

/// A GET that waits for something to be sent.
struct PendingPoll {
  http::Reply reply;
  Coding coding;
  std::uint64_t number;  ///< tells it from another when its client goes
  std::shared_ptr<const RequestInfo> info;
};

/// A POST that is handed out packet by packet, perhaps over several turns of the loop.
struct Upload {
  http::Reply reply;
  std::string body;
  std::size_t position = 0;
  std::shared_ptr<const RequestInfo> info;
};

}  // namespace duplex::eio
