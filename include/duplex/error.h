// SPDX-License-Identifier: MIT
#pragma once
#include <system_error>

#pragma GCC visibility push(default)

namespace duplex {

/// What can go wrong in the library itself. Protocols have their own `Errc` (ws::Errc, http::Errc).
/// Every value has an anchor in docs/errors.md.
enum class Errc {
  ok,
  timeout,           ///< no answer in the time that was given
  closed,            ///< the other side, or we, closed the connection
  not_connected,     ///< there is no connection to send on
  bad_argument,      ///< a value has the wrong type or form
  missing_argument,  ///< a value that is required was not given
  out_of_range,      ///< a number does not fit its type
  address_in_use,    ///< another process listens on this port
  bad_certificate,   ///< the certificate or key cannot be read, or they do not belong together
  unknown_host,      ///< a host's name has no address
  cannot_connect,    ///< nobody accepts a connection there
  untrusted_peer,    ///< the other side's certificate is refused
  handshake_failed,  ///< TLS could not begin
};

const std::error_category& category() noexcept;
inline std::error_code make_error_code(Errc e) noexcept { return {static_cast<int>(e), category()}; }

}  // namespace duplex

#pragma GCC visibility pop

template <>
struct std::is_error_code_enum<duplex::Errc> : std::true_type {};
