// SPDX-License-Identifier: MIT
#include "server/http/open_beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace duplex::http {
namespace {

constexpr int reading = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;  // O_NONBLOCK: a fifo cannot stop the loop
constexpr int raced = 8;  // times that a rename elsewhere may disturb the kernel's check

std::atomic<bool> no_openat2{false};

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Descriptor open_folder(const std::string& path) {
  return Descriptor(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

Descriptor open_file(const std::string& path) { return Descriptor(open(path.c_str(), reading)); }

Descriptor open_beneath(int folder, const std::string& path) {
  if (no_openat2.load(std::memory_order_relaxed)) return open_step_by_step(folder, path);
  open_how how{};
  how.flags = reading;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const char* name = path.empty() ? "." : path.c_str();
  for (int tries = 0;; ++tries) {
    const auto fd = static_cast<int>(syscall(SYS_openat2, folder, name, &how, sizeof how));
    if (fd >= 0) return Descriptor(fd);
    if (errno == EINTR || (errno == EAGAIN && tries < raced)) continue;
    break;
  }
  if (errno == ENOSYS) {
    no_openat2.store(true, std::memory_order_relaxed);
    return open_step_by_step(folder, path);
  }
  return {};
}

Descriptor open_step_by_step(int folder, const std::string& path) {
  Descriptor here;
  std::size_t at = 0;
  for (;;) {
    const std::size_t slash = path.find('/', at);
    std::string name = path.substr(at, slash == std::string::npos ? slash : slash - at);
    const bool last = slash == std::string::npos;
    if (name == ".." || (name.empty() && !last)) {
      errno = EXDEV;
      return {};
    }
    if (name.empty()) name = ".";
    const int in = here ? here.get() : folder;
    const int flags = last ? reading | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    Descriptor next(openat(in, name.c_str(), flags));
    if (last || !next) return next;
    here = std::move(next);
    at = slash + 1;
  }
}

}  // namespace duplex::http
