// SPDX-License-Identifier: MIT
#include "app/web_folder.h"

#include <filesystem>

namespace duplex::app {

std::string find_web_folder() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return {};
  for (const char* place : {"../share/duplex/web", "../../../web/dist"}) {
    const fs::path candidate = (folder / place).lexically_normal();
    if (fs::exists(candidate / "index.html", error)) return candidate.string();
  }
  return {};
}

}  // namespace duplex::app
