// SPDX-License-Identifier: MIT
#include "server/http/static_files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>

#include "core/buffer.h"
#include "protocol/http/date.h"
#include "protocol/http/mime.h"
#include "protocol/http/url.h"

namespace duplex::http {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

/// Opens a regular file below `root`, or nothing: O_NONBLOCK so that a fifo cannot stop the loop.
Descriptor open_below(int root, const std::string& path) {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return Descriptor(static_cast<int>(syscall(SYS_openat2, root, path.empty() ? "." : path.c_str(), &how, sizeof how)));
}

bool has_dotfile(std::string_view path) noexcept {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

/// The whole file; nothing if it became shorter while it was read.
bool read_whole(int fd, std::size_t size, Buffer& out) {
  std::byte* to = out.prepare(size);
  std::size_t got = 0;
  while (got < size) {
    const ssize_t n = read(fd, to + got, size - got);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    got += static_cast<std::size_t>(n);
  }
  out.commit(size);
  return true;
}

}  // namespace

Middleware serve_files(std::string prefix, Files files) {
  while (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
  auto root = std::make_shared<Descriptor>(open(files.root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const std::string cache = "public, max-age=" + std::to_string(files.max_age.count());
  return [prefix, root, files = std::move(files), cache](Request& request, Response& response) -> Flow {
    if (!*root || (request.method() != "GET" && request.method() != "HEAD")) return next;
    const std::optional<std::string> resolved =
        resolve_path(request.path().substr(std::min(prefix.size(), request.path().size())));
    if (!resolved || has_dotfile(*resolved)) return next;
    std::string path = *resolved;
    if (path.empty() || path.back() == '/') path += files.index;

    Descriptor file = open_below(root->get(), path);
    struct stat info;
    if (!file || fstat(file.get(), &info) != 0) return next;
    if (S_ISDIR(info.st_mode)) {  // as in Express: "/docs" of a folder goes to "/docs/"
      if (!open_below(root->get(), path + "/" + files.index)) return next;
      response.redirect(std::string(request.path()) + "/", 301);
      return done;
    }
    if (!S_ISREG(info.st_mode)) return next;

    Buffer content;
    if (!read_whole(file.get(), static_cast<std::size_t>(info.st_size), content)) return next;
    const DateText modified = format_date(info.st_mtim.tv_sec);
    response.header("Content-Type", content_type_for(path))
        .header("Cache-Control", cache)
        .header("Last-Modified", {modified.data(), modified.size()})
        .header("X-Content-Type-Options", "nosniff");
    response.send(ConstBytes(content.bytes()));
    return done;
  };
}

}  // namespace duplex::http
