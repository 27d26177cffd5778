// SPDX-License-Identifier: MIT
#pragma once
#include <exception>
#include <string>

#include "server/sio/io_core.h"

namespace duplex::sio {

/// `thrown` is null if it is no std::exception.
[[gnu::cold]] void handler_threw(IoLoop& loop, const char* what, const char* thrown);

/// Calls what is a user's. What it throws ends here, in the log: the library does not know what it means. False if it
/// threw.
template <class F>
bool guarded(IoLoop& loop, const char* what, F&& f) {
  loop.reactor.doing("a Socket.IO handler");
  try {
    f();
    return true;
  } catch (const std::exception& e) {
    handler_threw(loop, what, e.what());
  } catch (...) {
    handler_threw(loop, what, nullptr);
  }
  return false;
}

}  // namespace duplex::sio
