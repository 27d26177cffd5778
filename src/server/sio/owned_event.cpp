// SPDX-License-Identifier: MIT
#include "server/sio/owned_event.h"

namespace duplex::sio {

OwnedEvent::OwnedEvent(EventView event) : text(event.json) {
  attachments.reserve(event.attachments.size());
  for (const json::Binary bytes : event.attachments) attachments.emplace_back(bytes.begin(), bytes.end());
  views.assign(attachments.begin(), attachments.end());
}

}  // namespace duplex::sio
