// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "net/tls.h"

namespace duplex::net::testing {

/// A certificate, its key, and what else it can vouch for: made in memory.
class Identity {
 public:
  struct Wanted {
    std::string subject = "somebody";
    std::string names = {};  ///< alternative names as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1"; empty: none
    long from_hours = -1, to_hours = 24;  ///< from now
    bool vouches = false;
  };

  /// Signed by `issuer`, or by itself.
  explicit Identity(const Wanted& wanted, const Identity* issuer = nullptr)
      : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free), x509_(X509_new(), &X509_free) {
    static int serial = 0;
    X509* x = x509_.get();
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x), wanted.from_hours * 3600);
    X509_gmtime_adj(X509_getm_notAfter(x), wanted.to_hours * 3600);
    X509_set_pubkey(x, key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wanted.subject.c_str()), -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer != nullptr ? issuer->x509_.get() : x));
    if (wanted.vouches) extend(NID_basic_constraints, "critical,CA:TRUE");
    if (!wanted.names.empty()) extend(NID_subject_alt_name, wanted.names);
    REQUIRE(X509_sign(x, (issuer != nullptr ? issuer : this)->key_.get(), EVP_sha256()) != 0);
    const Text certificate, key;
    PEM_write_bio_X509(certificate.bio, x);
    PEM_write_bio_PrivateKey(key.bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    files = {certificate.str(), key.str()};
  }

  TlsCertificate files;

 private:
  struct Text {
    BIO* bio = BIO_new(BIO_s_mem());
    Text() = default;
    Text(const Text&) = delete;
    ~Text() { BIO_free(bio); }
    std::string str() const {
      char* data = nullptr;
      const long size = BIO_get_mem_data(bio, &data);
      return {data, static_cast<std::size_t>(size)};
    }
  };
  void extend(int nid, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    REQUIRE(extension != nullptr);
    X509_add_ext(x509_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> x509_;
};

/// Who vouches for the servers of these tests.
inline const Identity& authority() {
  static const Identity made({.subject = "Test CA", .vouches = true});
  return made;
}

/// A certificate for these alternative names, from `authority`.
inline TlsCertificate issued(std::string names, long from_hours = -1, long to_hours = 24) {
  return Identity({.names = std::move(names), .from_hours = from_hours, .to_hours = to_hours}, &authority()).files;
}

}  // namespace duplex::net::testing
