// SPDX-License-Identifier: MIT
#include "protocol/ws/extensions.h"

#include <algorithm>
#include <charconv>

#include "protocol/ws/header_list.h"

namespace duplex::ws {
namespace {

constexpr std::string_view name = "permessage-deflate";

/// The parameters of one permessage-deflate, as they were written.
struct Parameters {
  bool acceptable = true;  // no unknown, repeated or ill-valued parameter
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  bool has_server_bits = false;
  bool has_client_bits = false;
  int server_bits = 0;  // 0: the parameter has no value
  int client_bits = 0;
};

// 8 to 15, in decimal without leading zeros (RFC 7692 section 7.1.2.1); 0 for anything else.
int window_bits(std::string_view value) noexcept {
  if (value.empty() || value.size() > 2 || value[0] < '1' || value[0] > '9') return 0;
  int bits = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bits);
  return error == std::errc() && end == value.data() + value.size() && bits >= 8 && bits <= 15 ? bits : 0;
}

void add(Parameters& p, const ExtensionParameter& parameter) noexcept {
  const auto flag = [&](bool& seen) {
    p.acceptable = p.acceptable && !seen && !parameter.has_value;
    seen = true;
  };
  const auto bits = [&](bool& seen, int& value) {
    p.acceptable = p.acceptable && !seen;
    seen = true;
    if (!parameter.has_value) return;
    value = parameter.escaped ? 0 : window_bits(parameter.value);
    p.acceptable = p.acceptable && value != 0;
  };
  if (parameter.name == "server_no_context_takeover")
    flag(p.server_no_context_takeover);
  else if (parameter.name == "client_no_context_takeover")
    flag(p.client_no_context_takeover);
  else if (parameter.name == "server_max_window_bits")
    bits(p.has_server_bits, p.server_bits);
  else if (parameter.name == "client_max_window_bits")
    bits(p.has_client_bits, p.client_bits);
  else
    p.acceptable = false;
}

std::uint8_t ours(std::uint8_t bits) noexcept { return std::clamp<std::uint8_t>(bits, 9, 15); }

std::optional<DeflateAgreement> accept(const Parameters& offer, const DeflateOptions& options) noexcept {
  if (!offer.acceptable) return std::nullopt;
  if (offer.has_server_bits && offer.server_bits < 9) return std::nullopt;  // no value, or 8, which zlib cannot make
  DeflateAgreement agreed;
  agreed.server_no_context_takeover = offer.server_no_context_takeover || options.server_no_context_takeover;
  agreed.client_no_context_takeover = offer.client_no_context_takeover || options.client_no_context_takeover;
  agreed.server_max_window_bits = ours(options.server_max_window_bits);
  if (offer.has_server_bits) {
    agreed.server_max_window_bits =
        std::min(agreed.server_max_window_bits, static_cast<std::uint8_t>(offer.server_bits));
  }
  if (offer.has_client_bits) {  // RFC 7692 section 7.1.2.2: an answer may name it only if the offer did
    const auto hint = static_cast<std::uint8_t>(offer.client_bits == 0 ? 15 : offer.client_bits);
    agreed.client_max_window_bits = std::min(ours(options.client_max_window_bits), hint);
    agreed.names_client_window = true;
  }
  return agreed;
}

void append_number(Buffer& out, std::string_view parameter, int bits) {
  char digits[4];
  const auto end = std::to_chars(digits, digits + sizeof digits, bits).ptr;
  out.append(parameter);
  out.append(std::string_view(digits, static_cast<std::size_t>(end - digits)));
}

}  // namespace

ExtensionOffer negotiate(std::string_view header, const DeflateOptions& options) noexcept {
  ExtensionOffer result;
  HeaderList list(header);
  while (list.next_element()) {
    const bool candidate = list.name() == name && options.enabled && !result.deflate;
    Parameters offer;
    while (const auto parameter = list.next_parameter()) {
      if (candidate) add(offer, *parameter);
    }
    if (candidate) result.deflate = accept(offer, options);
  }
  if (list.bad_syntax()) return {.bad_syntax = true};
  return result;
}

void write_answer(Buffer& out, const DeflateAgreement& agreement) {
  out.append(name);
  if (agreement.server_no_context_takeover) out.append("; server_no_context_takeover");
  if (agreement.client_no_context_takeover) out.append("; client_no_context_takeover");
  if (agreement.server_max_window_bits != 15) {
    append_number(out, "; server_max_window_bits=", agreement.server_max_window_bits);
  }
  if (agreement.names_client_window) append_number(out, "; client_max_window_bits=", agreement.client_max_window_bits);
}

void write_offer(Buffer& out, const DeflateOptions& options) {
  out.append(name);
  if (options.server_no_context_takeover) out.append("; server_no_context_takeover");
  if (options.client_no_context_takeover) out.append("; client_no_context_takeover");
  const int server_bits = ours(options.server_max_window_bits), client_bits = ours(options.client_max_window_bits);
  if (server_bits != 15) append_number(out, "; server_max_window_bits=", server_bits);
  if (client_bits != 15)
    append_number(out, "; client_max_window_bits=", client_bits);
  else
    out.append("; client_max_window_bits");
}

ExtensionAnswer check_answer(std::string_view header, const DeflateOptions& offered) noexcept {
  ExtensionAnswer result;
  HeaderList list(header);
  while (list.next_element()) {
    // RFC 6455 section 4.1: an extension that was not asked for, or is there twice, fails the connection.
    if (list.name() != name || !offered.enabled || result.deflate) return {};
    Parameters answer;
    while (const auto parameter = list.next_parameter()) add(answer, *parameter);
    if (!answer.acceptable || (answer.has_server_bits && answer.server_bits == 0)) return {};
    if (answer.has_client_bits && answer.client_bits < 9) return {};  // no value, or 8, which zlib cannot make

    DeflateAgreement agreed;
    agreed.server_no_context_takeover = answer.server_no_context_takeover;
    // What we asked of ourselves we do, whether the answer repeats it or not.
    agreed.client_no_context_takeover = answer.client_no_context_takeover || offered.client_no_context_takeover;
    if (answer.has_server_bits) agreed.server_max_window_bits = static_cast<std::uint8_t>(answer.server_bits);
    agreed.client_max_window_bits = ours(offered.client_max_window_bits);
    if (answer.has_client_bits) {
      agreed.client_max_window_bits =
          std::min(agreed.client_max_window_bits, static_cast<std::uint8_t>(answer.client_bits));
      agreed.names_client_window = true;
    }
    // RFC 7692 sections 7.1.1.1 and 7.1.2.1: a server that accepts must give what was asked of it.
    if (offered.server_no_context_takeover && !agreed.server_no_context_takeover) return {};
    if (agreed.server_max_window_bits > ours(offered.server_max_window_bits)) return {};
    result.deflate = agreed;
  }
  result.acceptable = !list.bad_syntax();
  if (!result.acceptable) result.deflate.reset();
  return result;
}

}  // namespace duplex::ws
