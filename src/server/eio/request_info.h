// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>

#include <memory>

namespace duplex::http {
class Request;
}

namespace duplex::eio {

/// Takes what is to be kept of a request.
struct RequestAccess {
  static std::shared_ptr<const RequestInfo> keep(const http::Request& request);
};

}  // namespace duplex::eio
