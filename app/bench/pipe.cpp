// SPDX-License-Identifier: MIT
#include "app/bench/pipe.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace duplex::bench {

Pipe::Pipe(Pipe&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), ssl_(std::move(other.ssl_)) {}

Pipe& Pipe::operator=(Pipe&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(ssl_, other.ssl_);
  return *this;
}

Pipe::~Pipe() { close(); }

void Pipe::close() noexcept {
  ssl_.reset();
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void Pipe::start_tls(SSL_CTX* context, const std::string& host) {
  ssl_.reset(SSL_new(context));
  SSL_set_fd(ssl_.get(), descriptor_);
  SSL_set_connect_state(ssl_.get());
  in6_addr address;
  const bool numeric =
      inet_pton(AF_INET, host.c_str(), &address) == 1 || inet_pton(AF_INET6, host.c_str(), &address) == 1;
  if (numeric) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str());
  } else {
    // What SSL_set_tlsext_host_name is, without its C cast.
    SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
    SSL_set1_host(ssl_.get(), host.c_str());
  }
}

Moved Pipe::tls_result(int result) const {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {.end = Moved::again};
    case SSL_ERROR_ZERO_RETURN:
      return {.end = Moved::closed};
    case SSL_ERROR_SYSCALL:
      return errno == 0 ? Moved{.end = Moved::closed} : Moved{.end = Moved::failed, .error = errno};
    default:
      return {.end = Moved::failed};
  }
}

Moved Pipe::handshake() {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(ssl_.get());
  return result == 1 ? Moved{} : tls_result(result);
}

Moved Pipe::read(Bytes into) {
  if (ssl_ == nullptr) {
    const ssize_t got = recv(descriptor_, into.data(), into.size(), 0);
    if (got > 0) {
      // A short read has emptied the socket (epoll(7), "Edge-triggered"): no second call is needed to hear so.
      const auto bytes = static_cast<std::size_t>(got);
      return {.bytes = bytes, .end = bytes < into.size() ? Moved::again : Moved::none};
    }
    if (got == 0) return {.end = Moved::closed};
    return errno == EAGAIN ? Moved{.end = Moved::again} : Moved{.end = Moved::failed, .error = errno};
  }
  std::size_t total = 0;
  while (total < into.size()) {  // a record at a time
    std::size_t got = 0;
    ERR_clear_error();
    errno = 0;
    const int result = SSL_read_ex(ssl_.get(), into.data() + total, into.size() - total, &got);
    if (result != 1) {
      Moved moved = tls_result(result);
      moved.bytes = total;
      return moved;
    }
    total += got;
  }
  return {.bytes = total};
}

Moved Pipe::write(ConstBytes bytes) {
  if (ssl_ == nullptr) {
    const ssize_t put = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put < 0) return errno == EAGAIN ? Moved{.end = Moved::again} : Moved{.end = Moved::failed, .error = errno};
    const auto count = static_cast<std::size_t>(put);
    return {.bytes = count, .end = count < bytes.size() ? Moved::again : Moved::none};
  }
  std::size_t put = 0;
  ERR_clear_error();
  errno = 0;
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &put);
  return result == 1 ? Moved{.bytes = put} : tls_result(result);
}

std::string tls_complaint() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "TLS failed" : std::string("TLS: ") + reason;
}

}  // namespace duplex::bench
