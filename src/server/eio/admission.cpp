// SPDX-License-Identifier: MIT
#include "server/eio/admission.h"

namespace duplex::eio {

AdmissionState::AdmissionState(net::Reactor& its_reactor, std::chrono::milliseconds the_limit,
                               Function<void(const Decision&)> and_then)
    : reactor(its_reactor), slot(its_reactor.slot()), limit(the_limit), then(std::move(and_then)) {}

void AdmissionState::start() {
  timer = reactor.after(limit, [self = shared_from_this()] {
    self->timer = 0;
    self->decide({Decision::Kind::undecided});
  });
}

void AdmissionState::decide(Decision decision) {
  if (decided.exchange(true)) return;
  net::Reactor::post_to(slot, [self = shared_from_this(), decision = std::move(decision)] {
    if (self->timer != 0) self->reactor.cancel(std::exchange(self->timer, 0));
    if (!self->then) return;
    auto act = std::move(self->then);
    self->then = {};
    act(self->threw ? Decision{Decision::Kind::failed} : decision);
  });
}

Admission::~Admission() {
  if (state_) state_->decide({Decision::Kind::undecided});
}
void Admission::allow() {
  if (auto state = std::exchange(state_, nullptr)) state->decide({Decision::Kind::allowed});
}
void Admission::refuse(std::string_view message) {
  if (auto state = std::exchange(state_, nullptr)) state->decide({Decision::Kind::refused, std::string(message)});
}

}  // namespace duplex::eio
