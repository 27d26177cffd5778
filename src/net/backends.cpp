// SPDX-License-Identifier: MIT
#include "net/backends.h"

#include <cstdlib>
#include <string>

#include "core/log.h"
#include "net/epoll_backend.h"
#include "net/uring_backend.h"

namespace duplex::net {
std::optional<BackendKind> backend_kind(std::string_view name) noexcept {
  if (name == "auto") return BackendKind::automatic;
  if (name == "epoll") return BackendKind::epoll;
  if (name == "io_uring") return BackendKind::io_uring;
  return std::nullopt;
}

BackendKind backend_by_name(BackendKind asked, Log* log) {
  const char* name = asked == BackendKind::automatic ? std::getenv("DUPLEX_BACKEND") : nullptr;
  if (name == nullptr || *name == '\0') return asked;
  if (const auto kind = backend_kind(name)) return *kind;
  if (log != nullptr)
    log->write(LogLevel::warning, "net",
               std::string("DUPLEX_BACKEND is \"") + name + "\": it can be auto, epoll or io_uring");
  return asked;
}

BackendKind choose_backend(BackendKind asked, Log* log) {
  asked = backend_by_name(asked, log);
  if (asked != BackendKind::automatic) return asked;
  const auto ring = UringSender::make();
  if (ring) return BackendKind::io_uring;
  if (log != nullptr)
    log->write(LogLevel::info, "net", "io_uring cannot be used (" + ring.error().message() + "): epoll does all");
  return BackendKind::epoll;
}

Result<std::unique_ptr<Backend>> make_backend(BackendKind kind, std::shared_ptr<Log> log) {
  if (kind == BackendKind::automatic) kind = choose_backend(kind, log.get());
  if (kind == BackendKind::epoll) return EpollBackend::make();
  return UringBackend::make([log](std::error_code why) {
    if (log)
      log->write(LogLevel::warning, "net",
                 "io_uring can be used no more (" + why.message() + "): epoll does all from here on");
  });
}

}  // namespace duplex::net
