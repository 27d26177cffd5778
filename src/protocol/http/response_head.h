// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include "core/bytes.h"
#include "protocol/http/framing.h"
#include "protocol/http/headers.h"
#include "protocol/http/line_scanner.h"

namespace duplex::http {

/// A response head, for clients: views into the bytes that were parsed.
struct ReceivedHead {
  int status = 0;
  std::string_view reason;
  int minor_version = 1;
  bool keep_alive = true;
  Framing framing;  ///< for a GET; an answer to HEAD has no body, whatever this says
  Headers headers;

  void clear() noexcept;
};

/// The client's counterpart of HeadParser: same lines, same limits, same header rules.
class ResponseHeadParser {
 public:
  HeadStep parse(ConstBytes buffered, const HeadLimits& limits, ReceivedHead& head);
  void reset() noexcept { scanner_ = {}; }

 private:
  LineScanner scanner_;
};

}  // namespace duplex::http
