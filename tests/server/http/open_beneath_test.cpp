// SPDX-License-Identifier: MIT
#include "server/http/open_beneath.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace duplex::http;
namespace fs = std::filesystem;

namespace {

/// A folder with a file in it, a folder beside it that must not be reached, and links of every kind.
class Tree {
 public:
  Tree() : path_(fs::temp_directory_path() / ("duplex-beneath-" + std::to_string(getpid()))) {
    fs::create_directories(path_ / "root/sub");
    fs::create_directories(path_ / "secret");
    std::ofstream(path_ / "root/sub/file") << "inside";
    std::ofstream(path_ / "secret/file") << "outside";
    fs::create_symlink("../../secret", path_ / "root/sub/out");
    fs::create_symlink(path_ / "secret/file", path_ / "root/absolute");
    fs::create_symlink("file", path_ / "root/sub/inner");
  }
  ~Tree() { fs::remove_all(path_); }
  std::string root() const { return path_ / "root"; }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("the kernel opens nothing that is not below the folder, whatever the path or a link says") {
  const Tree tree;
  const Descriptor root = open_folder(tree.root());
  REQUIRE(root);
  for (auto* open : {&open_beneath, &open_step_by_step}) {
    CHECK(open(root.get(), "sub/file"));
    CHECK(open(root.get(), ""));
    for (const auto* path : {"../secret/file", "sub/../../secret/file", "sub/out/file", "absolute", "/etc/passwd", "..",
                             "sub/file/", "missing", "sub//file/../../../secret/file"})
      CHECK_MESSAGE(!open(root.get(), path), path);
  }
  CHECK(open_beneath(root.get(), "sub/inner"));
  CHECK_FALSE(open_step_by_step(root.get(), "sub/inner"));  // without the kernel's help no link is followed
}
