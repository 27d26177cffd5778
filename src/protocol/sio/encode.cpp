// SPDX-License-Identifier: MIT
#include "protocol/sio/encode.h"

#include <duplex/json.h>

#include <charconv>

namespace duplex::sio {
namespace {

void append(Buffer& out, std::uint64_t value) {
  char digits[20];
  out.append(std::string_view(digits, std::to_chars(digits, digits + sizeof digits, value).ptr));
}

}  // namespace

void encode(Buffer& out, const Packet& packet) {
  out.push_back(static_cast<char>('0' + static_cast<int>(packet.type)));
  if (has_attachments(packet.type)) {
    append(out, packet.attachments);
    out.push_back('-');
  }
  if (packet.nsp != "/") {
    out.append(packet.nsp);
    out.push_back(',');
  }
  if (packet.id) append(out, *packet.id);
  out.append(packet.payload);
}

void write_session(std::string& out, std::string_view sid, std::string_view pid) {
  out.append("{\"sid\":\"").append(sid);
  if (!pid.empty()) out.append("\",\"pid\":\"").append(pid);
  out.append("\"}");
}

void write_refusal(std::string& out, std::string_view message, json::View data) {
  json::Writer w(out);
  w.raw("{\"message\":");
  w.string(message);
  if (!data.missing()) {
    w.raw(",\"data\":");
    w.view(data);
  }
  w.put('}');
}

void append_argument(Buffer& packet, std::string_view argument) {
  packet.truncate(packet.size() - 1);  // the closing bracket; before it stands at least the event's name
  packet.append(",\"");
  packet.append(argument);
  packet.append("\"]");
}

void append_argument(std::string& payload, std::string_view argument) {
  payload.pop_back();
  payload.append(",\"").append(argument).append("\"]");
}

}  // namespace duplex::sio
