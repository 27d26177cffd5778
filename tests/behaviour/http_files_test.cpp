// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <duplex/duplex.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "behaviour/support/memory_server.h"

using namespace duplex;
using namespace duplex::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("duplex-files-" + std::to_string(getpid()))) {
    fs::create_directories(path_);
    std::ofstream(path_ / "large") << std::string(size, 'x');
    std::ofstream(path_ / "small") << "small";
    mkfifo((path_ / "fifo").c_str(), 0600);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path() const { return path_; }
  static constexpr std::size_t size = 1024 * 1024;

 private:
  fs::path path_;
};

/// How many descriptors of this process are that file.
int open_copies(const std::string& path) {
  int found = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (fs::read_symlink(entry.path(), gone) == path) ++found;
  }
  return found;
}

const std::string get_large = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST_CASE("H22: a file for a client that never reads is given up after 20 s without progress, and closed") {
  const Folder folder;
  MemoryServer server;
  server->files("/", {.root = folder.path()});
  auto peer = server.connect();
  peer.set_window(2304);
  peer.write(get_large);
  server.run();
  CHECK(open_copies(folder.path() + "/large") == 1);
  CHECK_FALSE(peer.closed());
  server.advance(15s);
  CHECK_FALSE(peer.closed());
  server.advance(10s);
  CHECK(peer.closed());
  CHECK(open_copies(folder.path() + "/large") == 0);
}

TEST_CASE("a client that goes away in the middle of a file leaves no descriptor open") {
  const Folder folder;
  MemoryServer server;
  server->files("/", {.root = folder.path()});
  auto peer = server.connect();
  peer.set_window(2304);
  peer.write(get_large);
  server.run();
  REQUIRE(open_copies(folder.path() + "/large") == 1);
  peer.reset();
  server.run();
  CHECK(open_copies(folder.path() + "/large") == 0);
}

TEST_CASE("a file that becomes shorter while it is sent cuts the connection: its length was promised") {
  const Folder folder;
  MemoryServer server;
  server->files("/", {.root = folder.path()});
  auto peer = server.connect();
  peer.set_window(2304);
  peer.write(get_large);
  server.run();
  fs::resize_file(folder.path() + "/large", 10);
  peer.set_window(Folder::size * 2);
  server.run();
  CHECK(peer.closed());
  CHECK(server.logged("a file ended before its end"));
}

TEST_CASE("a fifo in the folder is not served, and stops nothing") {
  const Folder folder;
  MemoryServer server;
  server->files("/", {.root = folder.path()});
  auto peer = server.connect();
  CHECK(server.ask(peer, "GET /fifo HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 404"));
  CHECK(server.ask(peer, "GET /small HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("\r\n\r\nsmall"));
}
