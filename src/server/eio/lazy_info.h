// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>

#include "server/eio/request_info.h"

namespace duplex::eio {

/// A request while it is served: a copy of it is made when somebody asks for it, which few do.
class LazyInfo {
 public:
  LazyInfo() = default;
  /// Good while the request is; `keep` makes it good for longer.
  explicit LazyInfo(const http::Request& request) noexcept : request_(&request) {}
  explicit LazyInfo(std::shared_ptr<const RequestInfo> info) noexcept : info_(std::move(info)) {}

  /// Empty if there was no request, or it was not kept.
  const RequestInfo& get() {
    keep();
    if (info_ == nullptr) info_ = std::make_shared<RequestInfo>();
    return *info_;
  }
  void keep() {
    if (request_ != nullptr && info_ == nullptr) info_ = RequestAccess::keep(*request_);
    request_ = nullptr;
  }
  /// Before the request goes: keeps it, or forgets it.
  void leave(bool wanted) {
    if (wanted) return keep();
    request_ = nullptr;
    info_.reset();
  }

 private:
  std::shared_ptr<const RequestInfo> info_;
  const http::Request* request_ = nullptr;
};

}  // namespace duplex::eio
