// SPDX-License-Identifier: MIT
#pragma once

#include "conformance/case.h"

namespace conformance {

/// One frame that the peer must refuse.
inline Script refused(Frame frame) { return {.steps = {send({std::move(frame)})}, .ending = peer_fails(1002)}; }

/// A good text, a frame that the peer must refuse, and a ping that must stay unanswered. A peer that fails before it
/// sends what it owes for the first is conformant too, but not strict.
inline Script refused_after_text(Frame frame, Delivery delivery = burst) {
  return {.steps = {send({{text, "Hello, world!"}, std::move(frame), {ping, ""}}, delivery)},
          .ok = {echo_of(text, "Hello, world!")},
          .non_strict = {{}},
          .ending = peer_fails(1002)};
}

}  // namespace conformance
