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

void encode_connect(Buffer& out, std::string_view nsp, std::string_view sid, std::string_view pid) {
  encode(out, {.type = PacketType::connect, .nsp = nsp, .id = {}, .payload = "{\"sid\":\""});
  out.append(sid);
  if (!pid.empty()) {
    out.append("\",\"pid\":\"");
    out.append(pid);
  }
  out.append("\"}");
}

void encode_connect_error(Buffer& out, std::string_view nsp, std::string_view message, json::View data) {
  json::Loan loan;
  json::Writer w(loan.text());
  w.raw("{\"message\":");
  w.string(message);
  if (!data.missing()) {
    w.raw(",\"data\":");
    w.view(data);
  }
  w.put('}');
  encode(out, {.type = PacketType::connect_error, .nsp = nsp, .id = {}, .payload = loan.text()});
}

void encode_disconnect(Buffer& out, std::string_view nsp) {
  encode(out, {.type = PacketType::disconnect, .nsp = nsp, .id = {}, .payload = {}});
}

void append_argument(Buffer& packet, std::string_view argument) {
  packet.truncate(packet.size() - 1);  // the closing bracket; before it stands at least the event's name
  packet.append(",\"");
  packet.append(argument);
  packet.append("\"]");
}

}  // namespace duplex::sio
