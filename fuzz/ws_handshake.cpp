// SPDX-License-Identifier: MIT
#include "protocol/ws/handshake.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace duplex;

namespace {

// The fields, one a line.
struct Fields {
  std::string_view rest;
  std::string_view next() {
    const auto end = rest.find('\n');
    const std::string_view field = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return field;
  }
};

constexpr std::string_view protocols[] = {"chat", "superchat"};

void check_line_safe(const Buffer& out) {
  // Each CR belongs to a CRLF, and the only empty line is the last.
  const std::string_view text = out.text();
  if (text.find("\r\n\r\n") + 4 != text.size()) std::abort();
}

}  // namespace

// Whatever the headers say, an answer is well formed; what our server agrees to, our client accepts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Fields fields{{reinterpret_cast<const char*>(data + 1), size - 1}};
  const ws::DeflateOptions options{.enabled = (data[0] & 1) != 0,
                                   .server_max_window_bits = static_cast<std::uint8_t>(data[0] >> 4),
                                   .server_no_context_takeover = (data[0] & 2) != 0,
                                   .client_no_context_takeover = (data[0] & 4) != 0};
  ws::HandshakeRequest request{.method = "GET", .host = "h", .key_count = 1, .version_count = 1};
  request.extensions = fields.next();
  request.protocols = fields.next();
  request.has_protocols = !request.protocols.empty();
  request.upgrade = fields.next();
  request.connection = fields.next();
  request.key = fields.next();
  request.version = fields.next();

  const ws::ServerHandshake answer = ws::check_request(request, {.protocols = protocols, .deflate = &options});
  if ((answer.status == 101) != answer.message.empty()) std::abort();
  if (answer.status == 101) {
    Buffer out;
    ws::write_response(out, answer);
    check_line_safe(out);
  }
  if (answer.deflate && (answer.deflate->server_max_window_bits < 9 || answer.deflate->server_max_window_bits > 15))
    std::abort();
  if (answer.deflate && (answer.deflate->client_max_window_bits < 8 || answer.deflate->client_max_window_bits > 15))
    std::abort();

  // The client's side reads the same bytes as an answer.
  const ws::ExtensionAnswer read = ws::check_answer(request.extensions, options);
  if (!read.acceptable && read.deflate) std::abort();
  Buffer offer, agreed;
  ws::write_offer(offer, options);
  if (const auto deflate = ws::negotiate(offer.text(), options).deflate) {
    ws::write_answer(agreed, *deflate);
    if (!ws::check_answer(agreed.text(), options).deflate) std::abort();
  } else if (options.enabled) {
    std::abort();
  }
  Buffer head;
  const ws::ClientHandshake mine{.host = request.upgrade, .target = request.connection, .extra = request.key};
  if (ws::write_request(head, mine, ws::ClientKey{})) {
    if (request.key.empty()) check_line_safe(head);
  } else if (!head.empty()) {
    std::abort();
  }
  return 0;
}
