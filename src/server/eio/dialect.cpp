// SPDX-License-Identifier: MIT
#include "server/eio/dialect.h"

#include "protocol/eio/jsonp.h"
#include "protocol/eio/payload.h"
#include "protocol/http/query.h"

namespace duplex::eio {
namespace {

bool has_bytes(const Outgoing& waiting) {
  bool found = false;
  waiting.each([&](const Outgoing::Item& item, std::string_view) {
    found = found || item.binary || (item.shared && (item.shared->frames() > 1 || !item.shared->is_text(0)));
  });
  return found;
}

v3::Form write_payload_3(Buffer& payload, Dialect dialect, const Outgoing& waiting) {
  const auto form = !dialect.base64 && has_bytes(waiting) ? v3::Form::binary : v3::Form::text;
  waiting.each([&](const Outgoing::Item& item, std::string_view data) {
    if (!item.shared)
      return v3::append_packet(payload, {item.type, item.binary ? Encoding::binary : Encoding::text, data}, form);
    for (std::size_t i = 0; i < item.shared->frames(); ++i) {
      const std::string_view bytes = as_text(item.shared->frame(i).payload());
      if (item.shared->is_text(i))
        v3::append_packet(payload, {PacketType::message, Encoding::text, bytes.substr(1)}, form);  // without its type
      else
        v3::append_packet(payload, {PacketType::message, Encoding::binary, bytes}, form);
    }
  });
  return form;
}

}  // namespace

std::optional<Packet> decode(Dialect dialect, ws::Message message) noexcept {
  if (message.is_text()) return dialect.v3 ? v3::decode(message.text()) : decode(message.text());
  return dialect.v3 ? v3::decode_binary(message.bytes()) : decode_binary(message.bytes());
}

void append(Buffer& payload, Dialect dialect, PacketType type) {
  if (dialect.v3)
    v3::append_packet(payload, {type, Encoding::text, {}}, v3::Form::text);
  else
    append_packet(payload, {type, Encoding::text, {}});
}

v3::Form write_payload(Buffer& payload, Dialect dialect, const Outgoing& waiting) {
  if (dialect.v3) return write_payload_3(payload, dialect, waiting);
  waiting.each([&](const Outgoing::Item& item, std::string_view data) {
    if (item.shared) {
      if (!payload.empty()) payload.push_back(separator);
      payload.append(item.shared->polling());
    } else {
      append_packet(payload, {item.type, item.binary ? Encoding::binary : Encoding::text, data});
    }
  });
  return v3::Form::text;
}

void begin_poll_answer(http::Reply& reply, Dialect dialect, v3::Form form) {
  reply.status(200).header("Content-Type", dialect.jsonp              ? "text/javascript; charset=UTF-8"
                                           : form == v3::Form::binary ? "application/octet-stream"
                                                                      : "text/plain; charset=UTF-8");
  reply.header("cache-control", "no-store");
}

std::string_view poll_body(std::string_view payload, Dialect dialect, const RequestInfo& request, std::string& script) {
  if (!dialect.jsonp) return payload;
  script = jsonp_script(request.query("j").value_or(std::string()), payload);
  return script;
}

std::optional<std::string> payload_of_form(std::string_view body) {
  auto payload = http::Query(body).get("d");
  if (payload) unescape_jsonp(*payload);
  return payload;
}

}  // namespace duplex::eio
