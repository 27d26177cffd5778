// SPDX-License-Identifier: MIT
#include "server/sio/guard.h"

namespace duplex::sio {

void handler_threw(IoLoop& loop, const char* what, const char* thrown) {
  std::string line(what);
  line += thrown != nullptr ? " threw: " : " threw something that is no std::exception";
  if (thrown != nullptr) line += thrown;
  loop.reactor.log(LogLevel::error, "sio", line);
}

}  // namespace duplex::sio
