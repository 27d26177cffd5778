// SPDX-License-Identifier: MIT
#include "net/tls_refusal.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>

namespace duplex::net {
namespace {

constexpr std::size_t most_names = 5;

std::string_view bytes(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// The peer wrote it, and it goes to a log.
std::string printable(std::string_view text) {
  std::string safe(text.substr(0, 253));
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return c <= ' ' || c > '~'; }, '?');
  return safe;
}

std::string name_of(const GENERAL_NAME* name) {
  if (name->type == GEN_DNS) return printable(bytes(name->d.dNSName));
  if (name->type != GEN_IPADD) return "";
  const std::string_view address = bytes(name->d.iPAddress);
  char text[INET6_ADDRSTRLEN] = "";
  if (address.size() == 4 || address.size() == 16)
    ::inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), text, sizeof text);
  return text;
}

// "localhost, 127.0.0.1": whom it is for.
std::string names_in(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  std::string list;
  std::size_t count = 0;
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const std::string name = name_of(sk_GENERAL_NAME_value(all.get(), i));
    if (name.empty()) continue;
    if (count++ == most_names) return list + " …";
    list += (list.empty() ? "" : ", ") + name;
  }
  return list.empty() ? "nobody" : list;
}

std::string date(const ASN1_TIME* time) {
  tm when{};
  char text[32] = "?";
  if (ASN1_TIME_to_tm(time, &when) == 1) std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &when);
  return text;
}

}  // namespace

std::string certificate_refusal(X509_STORE_CTX* ctx, const std::string& name) {
  const int error = X509_STORE_CTX_get_error(ctx);
  const X509* certificate = X509_STORE_CTX_get_current_cert(ctx);
  const std::string which =
      X509_STORE_CTX_get_error_depth(ctx) == 0 ? "the certificate" : "the certificate of one who vouches";
  switch (error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "the certificate is not for \"" + name + "\" but for " + names_in(X509_STORE_CTX_get0_cert(ctx));
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return which + " has expired on " + date(X509_get0_notAfter(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return which + " is not valid before " + date(X509_get0_notBefore(certificate));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "the certificate is self-signed; where that is intended, give it as the CA";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "nobody who is trusted here vouches for the certificate; give the CA that issued it";
    default:
      return which + " is refused: " + X509_verify_cert_error_string(error);
  }
}

}  // namespace duplex::net
