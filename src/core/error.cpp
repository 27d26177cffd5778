// SPDX-License-Identifier: MIT
#include <duplex/error.h>

#include <string>

namespace duplex {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "duplex"; }
  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::ok:
        return "ok";
      case Errc::timeout:
        return "operation has timed out";
      case Errc::closed:
        return "the connection is closed";
      case Errc::not_connected:
        return "not connected";
      case Errc::bad_argument:
        return "a value has the wrong type or form";
      case Errc::missing_argument:
        return "a required value is missing";
      case Errc::out_of_range:
        return "a number does not fit its type";
      case Errc::address_in_use:
        return "the address is already in use";
      case Errc::bad_certificate:
        return "the certificate or key cannot be used";
      case Errc::unknown_host:
        return "the host's name has no address";
      case Errc::cannot_connect:
        return "nobody accepts a connection there";
      case Errc::untrusted_peer:
        return "the other side's certificate is refused";
      case Errc::handshake_failed:
        return "the TLS handshake failed";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& category() noexcept {
  static const Category the_category;
  return the_category;
}

}  // namespace duplex
