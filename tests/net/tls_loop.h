// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "core/log.h"
#include "net/support.h"
#include "net/tls.h"
#include "net/tls_client.h"
#include "net/tls_session.h"

namespace duplex::net::testing {

inline std::shared_ptr<TlsContext> context(std::vector<std::string> names = {"localhost"}) {
  TlsOptions options;
  options.certificates.push_back(*self_signed(names));
  auto loaded = TlsContext::load(std::move(options));
  REQUIRE(loaded.error == "");
  return loaded.context;
}

/// A loop in memory with a TLS listener, the last stream that it accepted and what it logged.
struct TlsLoop {
  Recorder owner;
  std::vector<std::string> log;
  MemoryLoop loop;
  std::shared_ptr<TlsContext> tls;
  explicit TlsLoop(std::shared_ptr<TlsContext> with = context())
      : loop([this] {
          ReactorOptions options;
          options.log = std::make_shared<Log>([this](const LogRecord& r) { log.emplace_back(r.text); });
          return options;
        }()),
        tls(std::move(with)) {
    ListenOptions options;
    options.tls = tls;
    auto listener = loop.reactor().listen(loopback(), options, [this](Stream& s) {
      s.set_owner(&owner);
      owner.stream = &s;
    });
    REQUIRE(listener);
  }
};

struct TemporaryFile {
  std::string path = "/tmp/duplex-tls-test-XXXXXX";
  explicit TemporaryFile(std::string_view content) {
    const int fd = ::mkstemp(path.data());
    REQUIRE(fd >= 0);
    REQUIRE(::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    ::close(fd);
  }
  ~TemporaryFile() { ::unlink(path.c_str()); }
};

}  // namespace duplex::net::testing
