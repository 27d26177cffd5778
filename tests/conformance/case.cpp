// SPDX-License-Identifier: MIT
#include "conformance/case.h"

namespace conformance {

Step send(const std::vector<Frame>& frames, Delivery delivery) {
  Step step;
  std::string all;
  for (const auto& frame : frames) {
    if (delivery.how == Delivery::by_frame) {
      step.writes.push_back(encode(frame));
    } else {
      encode(all, frame);
    }
  }
  if (delivery.how == Delivery::burst) step.writes.push_back(std::move(all));
  if (delivery.how == Delivery::chopped) {
    for (std::size_t at = 0; at < all.size(); at += delivery.chop) step.writes.push_back(all.substr(at, delivery.chop));
  }
  return step;
}

const char* name(Behaviour behaviour) {
  switch (behaviour) {
    case Behaviour::ok:
      return "OK";
    case Behaviour::non_strict:
      return "NON-STRICT";
    case Behaviour::informational:
      return "INFORMATIONAL";
    case Behaviour::unimplemented:
      return "UNIMPLEMENTED";
    case Behaviour::failed:
      break;
  }
  return "FAILED";
}

const char* name(Close close) {
  switch (close) {
    case Close::ok:
      return "OK";
    case Close::unclean:
      return "UNCLEAN";
    case Close::wrong_code:
      return "WRONG CODE";
    case Close::failed_by_client:
      return "FAILED BY CLIENT";
    case Close::informational:
      return "INFORMATIONAL";
    case Close::failed:
      break;
  }
  return "FAILED";
}

}  // namespace conformance
