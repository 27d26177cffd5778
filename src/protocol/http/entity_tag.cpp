// SPDX-License-Identifier: MIT
#include "protocol/http/entity_tag.h"

#include <openssl/evp.h>

#include <charconv>
#include <cstring>
#include <memory>

namespace duplex::http {
namespace {

constexpr std::size_t digest_size = 20;

// EVP_Digest looks the algorithm up and allocates each time, which takes longer than the hash of a short body.
bool sha1(ConstBytes body, unsigned char* digest) {
  struct FreeContext {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  };
  static EVP_MD* const algorithm =
      EVP_MD_fetch(nullptr, "SHA1", nullptr);  // never freed: loops may outlive what runs at exit
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  return algorithm != nullptr && context && EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1 &&
         EVP_DigestUpdate(context.get(), body.data(), body.size()) == 1 &&
         EVP_DigestFinal_ex(context.get(), digest, nullptr) == 1;
}

}  // namespace

EntityTag::EntityTag(ConstBytes body, bool weak) {
  unsigned char digest[digest_size];
  if (!sha1(body, digest)) return;
  unsigned char base64[4 * (digest_size + 2) / 3 + 1];
  EVP_EncodeBlock(base64, digest, digest_size);
  char* at = text_.data();
  if (weak) {
    *at++ = 'W';
    *at++ = '/';
  }
  *at++ = '"';
  at = std::to_chars(at, at + 16, body.size(), 16).ptr;
  *at++ = '-';
  constexpr std::size_t without_padding = 27;
  std::memcpy(at, base64, without_padding);
  at += without_padding;
  *at++ = '"';
  size_ = static_cast<std::size_t>(at - text_.data());
}

}  // namespace duplex::http
