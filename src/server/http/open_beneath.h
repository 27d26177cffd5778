// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <utility>

namespace duplex::http {

/// A file descriptor, closed when it goes.
class Descriptor {
 public:
  Descriptor() noexcept = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& o) noexcept {
    std::swap(fd_, o.fd_);
    return *this;
  }
  ~Descriptor();
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// A folder, to open files in; nothing if it is none.
Descriptor open_folder(const std::string& path);
/// Opens a path of the program's own for reading, never waiting.
Descriptor open_file(const std::string& path);
/// Opens what is at `path` below the folder for reading, never waiting. The kernel itself keeps it below (openat2,
/// RESOLVE_BENEATH): no "..", no link and no race leads out. "" is the folder. errno says why there is nothing.
Descriptor open_beneath(int folder, const std::string& path);
/// The same where the kernel has no openat2: step by step, and no link at all is followed.
Descriptor open_step_by_step(int folder, const std::string& path);

}  // namespace duplex::http
