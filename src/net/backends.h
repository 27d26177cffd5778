// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "net/backend.h"

namespace duplex {
class Log;
}

namespace duplex::net {

/// Which system calls a loop stands on.
enum class BackendKind : unsigned char {
  automatic,  ///< what `DUPLEX_BACKEND` says, or the best that works here
  epoll,
  io_uring,  ///< epoll for what comes, an io_uring for what goes to many at once
};

/// "auto", "epoll" or "io_uring".
std::optional<BackendKind> backend_kind(std::string_view name) noexcept;

/// `asked`, or what DUPLEX_BACKEND asks for where that is `automatic`. A name that is none is told to the log, if there
/// is one.
BackendKind backend_by_name(BackendKind asked, Log* log = nullptr);
/// What `asked` comes to on this machine, never `automatic`: that is epoll where io_uring cannot be used, and the log
/// says why.
BackendKind choose_backend(BackendKind asked, Log* log = nullptr);

/// A loop's backend; an error if this kind is not to be had here. `log` hears of it if a ring stops working later.
Result<std::unique_ptr<Backend>> make_backend(BackendKind kind, std::shared_ptr<Log> log = {});

}  // namespace duplex::net
