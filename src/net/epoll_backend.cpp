// SPDX-License-Identifier: MIT
#include "net/epoll_backend.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "net/listener.h"
#include "net/socket_address.h"

namespace duplex::net {
namespace {

std::error_code last_error() noexcept {
  if (errno == EADDRINUSE) return make_error_code(Errc::address_in_use);
  return {errno, std::system_category()};
}

bool set(int descriptor, int level, int option, int value) {
  return ::setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

Io outcome(ssize_t n) noexcept { return n >= 0 ? Io{static_cast<std::size_t>(n), 0} : Io{0, errno}; }

}  // namespace

Result<std::unique_ptr<Backend>> EpollBackend::make() {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return Unexpected(last_error());
  return std::unique_ptr<Backend>(new EpollBackend(epoll));
}

EpollBackend::~EpollBackend() { ::close(epoll_); }

bool EpollBackend::control(int operation, int descriptor, std::uint64_t token, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  return ::epoll_ctl(epoll_, operation, descriptor, &event) == 0;
}

std::span<const Event> EpollBackend::wait(std::chrono::milliseconds timeout) {
  const auto longest = std::chrono::milliseconds(INT32_MAX);
  const int n = ::epoll_wait(epoll_, raw_.data(), at_once, static_cast<int>(std::min(timeout, longest).count()));
  std::size_t count = 0;
  for (int i = 0; i < n; ++i) {
    const epoll_event& raw = raw_[static_cast<std::size_t>(i)];
    if (raw.data.u64 == wake_token) continue;
    events_[count++] = {raw.data.u64, (raw.events & (EPOLLIN | EPOLLHUP | EPOLLRDHUP | EPOLLERR)) != 0,
                        (raw.events & EPOLLOUT) != 0, (raw.events & (EPOLLRDHUP | EPOLLHUP)) != 0,
                        (raw.events & EPOLLERR) != 0};
  }
  return {events_.data(), count};
}

void EpollBackend::wake_through(int descriptor) { control(EPOLL_CTL_ADD, descriptor, wake_token, EPOLLIN | EPOLLET); }

Result<int> EpollBackend::listen(Address& address, const ListenOptions& options) {
  if (options.descriptor >= 0) {
    const int copy = ::fcntl(options.descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return Unexpected(last_error());
    ::fcntl(copy, F_SETFL, ::fcntl(copy, F_GETFL) | O_NONBLOCK);
    if (address.kind != Address::Kind::unix_path) address = SocketAddress::local(copy).address();
    return copy;
  }
  SocketAddress at(address);
  const int fd = ::socket(at.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return Unexpected(last_error());
  const auto fail = [fd] {
    const Unexpected error(last_error());
    ::close(fd);
    return error;
  };
  if (at.family() == AF_UNIX) {
    // A path that a dead process left behind refuses connections; one that lives accepts.
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe >= 0) {
      if (::connect(probe, at.get(), at.size()) < 0 && errno == ECONNREFUSED) ::unlink(address.host.c_str());
      ::close(probe);
    }
  } else {
    set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (options.reuse_port && !set(fd, SOL_SOCKET, SO_REUSEPORT, 1)) return fail();
    if (at.family() == AF_INET6) set(fd, IPPROTO_IPV6, IPV6_V6ONLY, address.host == "::" ? 0 : 1);
    // An accepted socket inherits these from its listener: no system call for each connection.
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(options.write_timeout.count()));
  }
  if (::bind(fd, at.get(), at.size()) < 0 || ::listen(fd, options.backlog) < 0) return fail();
  if (at.family() != AF_UNIX) address.port = SocketAddress::local(fd).address().port;
  return fd;
}

Io EpollBackend::accept(int listener) {
  return outcome(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

bool EpollBackend::watch_listener(int listener, std::uint64_t token) {
  return control(EPOLL_CTL_ADD, listener, token, EPOLLIN | EPOLLEXCLUSIVE);
}
void EpollBackend::ignore_listener(int listener) { unwatch(listener); }

Io EpollBackend::connect_to(const Address& address, std::chrono::milliseconds write_timeout) {
  const SocketAddress at(address);
  const int fd = ::socket(at.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return {0, errno};
  if (at.family() != AF_UNIX) {
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(write_timeout.count()));
  }
  if (::connect(fd, at.get(), at.size()) < 0 && errno != EINPROGRESS) {
    const int error = errno;
    ::close(fd);
    return {0, error};
  }
  return {static_cast<std::size_t>(fd), 0};
}

int EpollBackend::connect_result(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) < 0) return errno;
  if (error != 0) return error;
  sockaddr_storage peer;
  size = sizeof peer;
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0) return 0;
  return errno == ENOTCONN ? EINPROGRESS : errno;
}

bool EpollBackend::watch(int descriptor, std::uint64_t token) {
  return control(EPOLL_CTL_ADD, descriptor, token, EPOLLIN | EPOLLRDHUP | EPOLLET);
}

bool EpollBackend::watch_output(int descriptor, std::uint64_t token) {
  return control(EPOLL_CTL_MOD, descriptor, token, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

void EpollBackend::unwatch(int descriptor) { ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr); }

Io EpollBackend::read(int descriptor, Bytes into) { return outcome(::recv(descriptor, into.data(), into.size(), 0)); }

Io EpollBackend::send(int descriptor, std::span<const iovec> pieces, Follows follows) {
  const int flags = MSG_NOSIGNAL | (follows == Follows::end ? MSG_MORE : 0);
  if (pieces.size() == 1) return outcome(::send(descriptor, pieces[0].iov_base, pieces[0].iov_len, flags));
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  return outcome(::sendmsg(descriptor, &message, flags));
}

void EpollBackend::shutdown_write(int descriptor) { ::shutdown(descriptor, SHUT_WR); }

void EpollBackend::close(int descriptor, bool reset) {
  if (reset) {
    const linger now{1, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  ::close(descriptor);
}

Address EpollBackend::peer(int descriptor) { return SocketAddress::peer(descriptor).address(); }

}  // namespace duplex::net
