// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/bytes.h"
#include "protocol/http/error.h"
#include "protocol/http/framing.h"
#include "protocol/http/headers.h"
#include "protocol/http/line_scanner.h"
#include "protocol/http/method.h"

namespace duplex::http {

/// A request head: views into the bytes that were parsed, good until those move or go. One per loop, reused.
struct Head {
  Method method = Method::other;
  std::string_view method_name;   ///< "GET"; static
  std::string_view target;        ///< as sent: "/chat?room=1", or the absolute form
  std::string_view path;          ///< "/chat", still percent-encoded, begins with '/', has no "//"
  std::string_view query;         ///< "room=1", still encoded, without the '?'
  int minor_version = 1;          ///< HTTP/1.x
  bool keep_alive = true;         ///< the peer wants the connection kept (RFC 9112 §9.3)
  bool expects_continue = false;  ///< waits for 100 before it sends its body
  bool wants_websocket = false;   ///< Connection has `upgrade` and Upgrade has `websocket`
  Framing framing;
  Headers headers;

  std::string_view host() const noexcept { return headers[HeaderId::host]; }
  void clear() noexcept;
};

/// Strict incremental parser of request heads (RFC 9112), 12 bytes a connection.
///
///     switch (auto step = parser.parse(buffer.bytes(), limits, head); step.progress) {
///       case Progress::need_more: return;                              // keep the bytes, come back with more
///       case Progress::failed:    return refuse(step.error);           // status_for(step.error), then close
///       case Progress::done:      serve(head); buffer.consume(step.consumed);
///     }
///
/// `buffered` is everything received since the head began; it may move between calls. No byte is searched twice for a
/// line end, and however the bytes are cut, the outcome is the same.
class HeadParser {
 public:
  HeadStep parse(ConstBytes buffered, const HeadLimits& limits, Head& head);
  void reset() noexcept { scanner_ = {}; }

 private:
  LineScanner scanner_;
};

}  // namespace duplex::http
