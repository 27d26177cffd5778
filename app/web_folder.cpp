// SPDX-License-Identifier: MIT
#include "app/web_folder.h"

#include <filesystem>

namespace duplex::app {
namespace {

std::string find_folder(const std::string& installed, const std::string& built, const char* file) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return {};
  for (const std::string& place : {"../share/duplex/" + installed, "../../../web/" + built}) {
    const fs::path candidate = (folder / place).lexically_normal();
    if (fs::exists(candidate / file, error)) return candidate.string();
  }
  return {};
}

}  // namespace

std::string find_web_folder() { return find_folder("web", "dist", "index.html"); }
std::string find_client_folder() { return find_folder("client", "dist-client", "socket.io.js"); }
std::string find_admin_folder() { return find_folder("admin", "dist-admin", "index.html"); }

}  // namespace duplex::app
