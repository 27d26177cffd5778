// SPDX-License-Identifier: MIT
#include "conformance/socket_pipe.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace conformance {
namespace {

int connect_to(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return -1;
  int fd = -1;
  for (auto* a = found; a && fd < 0; a = a->ai_next) {
    fd = ::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (fd >= 0 && ::connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
      ::close(fd);
      fd = -1;
    }
  }
  freeaddrinfo(found);
  if (fd < 0) return -1;
  int on = 1;  // one write is one segment: the chopped cases depend on it
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  return fd;
}

/// A non-blocking socket; TLS overrides the two transfers.
class SocketPipe : public Pipe {
 public:
  explicit SocketPipe(int fd) : fd_(fd) {}
  ~SocketPipe() override { SocketPipe::close(); }

  // Reads while it waits to write: a server that stops reading until its echo is taken must not lock us both up.
  bool write(std::string_view bytes) override {
    while (!bytes.empty()) {
      short wait_for = POLLOUT;
      auto n = send_some(bytes, wait_for);
      if (n < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
      if (n > 0) continue;
      if (closed_) return false;
      if (!poll_for(static_cast<short>(wait_for | POLLIN), Milliseconds(60'000))) return false;
      receive_all(std::string::npos);
    }
    return true;
  }

  Read read(std::string& to, Milliseconds limit) override {
    auto deadline = now() + limit;
    for (;;) {
      // Bounded: what has arrived is looked at before more of it is fetched.
      if (!closed_) receive_all(1U << 20);
      if (!received_.empty()) {
        to += received_;
        received_.clear();
        return Read::bytes;
      }
      if (closed_) return Read::closed;
      auto left = std::chrono::ceil<Milliseconds>(deadline - now());
      if (left <= Milliseconds(0)) return Read::timeout;
      poll_for(POLLIN, left);
    }
  }

  void close() override {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    closed_ = true;
  }

 protected:
  /// Bytes sent, 0 when it would block (then `wait_for` says on what), -1 when the connection is gone.
  virtual ssize_t send_some(std::string_view bytes, short&) {
    auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) return n;
    return errno == EAGAIN || errno == EINTR ? 0 : -1;
  }

  /// As ::recv: 0 is the end, -1 with EAGAIN means nothing now.
  virtual ssize_t receive_some(char* to, std::size_t size) { return ::recv(fd_, to, size, 0); }

  int fd() const { return fd_; }

 private:
  bool poll_for(short events, Milliseconds limit) {
    pollfd p{fd_, events, 0};
    return ::poll(&p, 1, static_cast<int>(limit.count())) > 0;
  }

  void receive_all(std::size_t at_most) {
    char chunk[65536];
    while (!closed_ && received_.size() < at_most) {
      auto n = receive_some(chunk, sizeof chunk);
      if (n > 0) {
        received_.append(chunk, static_cast<std::size_t>(n));
      } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
      } else {
        closed_ = true;  // end of stream, or a reset
      }
    }
  }

  int fd_;
  bool closed_ = false;
  std::string received_;
};

class TlsPipe final : public SocketPipe {
 public:
  TlsPipe(int fd, SSL_CTX* context) : SocketPipe(fd), ssl_(SSL_new(context)) { SSL_set_fd(ssl_, fd); }
  ~TlsPipe() override { SSL_free(ssl_); }

  bool handshake(Milliseconds limit) {
    for (auto deadline = now() + limit; now() < deadline;) {
      ERR_clear_error();
      auto r = SSL_connect(ssl_);
      if (r == 1) return true;
      auto error = SSL_get_error(ssl_, r);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
      pollfd p{fd(), static_cast<short>(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT), 0};
      ::poll(&p, 1, 100);
    }
    return false;
  }

 private:
  ssize_t send_some(std::string_view bytes, short& wait_for) override {
    ERR_clear_error();
    auto n = SSL_write(ssl_, bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1U << 20)));
    if (n > 0) return n;
    auto error = SSL_get_error(ssl_, n);
    if (error == SSL_ERROR_WANT_READ) wait_for = POLLIN;
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
  }

  ssize_t receive_some(char* to, std::size_t size) override {
    if (notified_) return ::recv(fd(), to, size, 0);  // close_notify is not yet the end of TCP
    ERR_clear_error();
    auto n = SSL_read(ssl_, to, static_cast<int>(size));
    if (n > 0) return n;
    auto error = SSL_get_error(ssl_, n);
    if (error == SSL_ERROR_ZERO_RETURN) {
      notified_ = true;
      SSL_shutdown(ssl_);
    } else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
      return 0;
    }
    errno = EAGAIN;
    return -1;
  }

  SSL* ssl_;
  bool notified_ = false;
};

}  // namespace

PipeFactory tcp_pipes(std::string host, int port) {
  return [host = std::move(host), port]() -> std::unique_ptr<Pipe> {
    auto fd = connect_to(host, port);
    if (fd < 0) return nullptr;
    return std::make_unique<SocketPipe>(fd);
  };
}

PipeFactory tls_pipes(std::string host, int port) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return [host = std::move(host), port, context]() -> std::unique_ptr<Pipe> {
    auto fd = connect_to(host, port);
    if (fd < 0) return nullptr;
    auto pipe = std::make_unique<TlsPipe>(fd, context.get());
    if (!pipe->handshake(Milliseconds(5000))) return nullptr;
    return pipe;
  };
}

}  // namespace conformance
