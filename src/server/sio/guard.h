// SPDX-License-Identifier: MIT
#pragma once
#include <exception>
#include <string>

#include "server/sio/io_core.h"

namespace duplex::sio {

/// Calls what is a user's. What it throws ends here, in the log: the library does not know what it means. False if it
/// threw.
template <class F>
bool guarded(IoLoop& loop, std::string_view what, F&& f) {
  loop.reactor.doing("a Socket.IO handler");
  try {
    f();
    return true;
  } catch (const std::exception& e) {
    loop.reactor.log(LogLevel::error, "sio", std::string(what) + " threw: " + e.what());
  } catch (...) {
    loop.reactor.log(LogLevel::error, "sio", std::string(what) + " threw something that is no std::exception");
  }
  return false;
}

}  // namespace duplex::sio
