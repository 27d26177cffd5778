// SPDX-License-Identifier: MIT
// Whatever path a request names, what is opened lies below the folder, with and without the kernel's help.
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/bytes.h"
#include "protocol/http/url.h"
#include "server/http/open_beneath.h"

using namespace duplex;
using namespace duplex::http;
namespace fs = std::filesystem;

namespace {

/// A folder with links that lead out of it, and a name that inputs can find.
struct Tree {
  Tree() : root(fs::temp_directory_path() / ("duplex-fuzz-" + std::to_string(getpid())) / "root") {
    fs::create_directories(root / "a");
    std::ofstream(root / "a/b") << "inside";
    fs::create_symlink("..", root / "up");
    fs::create_symlink("/etc", root / "etc");
    folder = open_folder(root);
  }
  ~Tree() { fs::remove_all(root.parent_path()); }
  fs::path root;
  Descriptor folder;
};

void check(const Tree& tree, const Descriptor& opened) {
  if (!opened) return;
  char target[PATH_MAX];
  const auto length = readlink(("/proc/self/fd/" + std::to_string(opened.get())).c_str(), target, sizeof target);
  if (length < 0) std::abort();
  const std::string_view name(target, static_cast<std::size_t>(length));
  const std::string root = tree.root;
  if (!name.starts_with(root) || (name.size() != root.size() && name[root.size()] != '/')) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Tree tree;
  const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
  if (const auto path = resolve_path(text)) {
    check(tree, open_beneath(tree.folder.get(), *path));
    check(tree, open_step_by_step(tree.folder.get(), *path));
  }
  if (text.find('\0') != text.npos) return 0;
  check(tree, open_beneath(tree.folder.get(), std::string(text)));  // as if nothing had been resolved before
  check(tree, open_step_by_step(tree.folder.get(), std::string(text)));
  return 0;
}
