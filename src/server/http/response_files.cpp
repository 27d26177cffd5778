// SPDX-License-Identifier: MIT
// Files that a handler answers with.
#include "protocol/http/disposition.h"
#include "protocol/http/mime.h"
#include "protocol/http/token.h"
#include "server/http/exchange.h"
#include "server/http/file_answer.h"
#include "server/http/http_connection.h"

namespace duplex::http {
namespace {

bool has_dot_dot(std::string_view path) noexcept {
  return path == ".." || path.starts_with("../") || path.ends_with("/..") ||
         path.find("/../") != std::string_view::npos;
}

/// Below the root, by the kernel's word. Without a root the path is the program's: its links may lead anywhere, and
/// only what a request may have smuggled into it is refused.
Descriptor open_for(const FileOptions& options, std::string path) {
  if (path.find('\0') != std::string::npos) return {};
  if (options.root.empty()) {
    if (!path.starts_with('/') || has_dot_dot(path)) return {};
    return open_file(path);
  }
  const Descriptor root = open_folder(std::string(options.root));
  path.erase(0, path.find_first_not_of('/'));
  return root ? open_beneath(root.get(), path) : Descriptor();
}

}  // namespace

bool Response::send_file(std::string_view path, const FileOptions& options) {
  if (data_->answered) {
    data_->connection->warn("a second answer to one request was ignored");
    return true;
  }
  if (options.dotfiles != Dotfiles::allow && has_dotfile(path)) {
    if (options.dotfiles == Dotfiles::ignore) return false;
    data_->etags = Etag::off;
    status(403).type("txt").send("403 files whose names begin with a dot are not served\n");
    return true;
  }
  FoundFile found;
  if (!open_regular(open_for(options, std::string(path)), found)) return false;
  for (const auto& [name, value] : options.headers) header(name, value);
  if (header("Cache-Control").empty()) header("Cache-Control", cache_control(options.max_age, options.immutable));
  const RequestData& request = data_->connection->loop().request;
  answer_with_file(request, *this, std::move(found), content_type_for(path), options.validators);
  return true;
}

bool Response::download(std::string_view path, std::string_view name, const FileOptions& options) {
  FileOptions with_name = options;
  std::erase_if(with_name.headers,
                [](const auto& each) { return equals_ignore_case(each.first, "content-disposition"); });
  const std::string disposition = attachment_disposition(name.empty() ? path : name);
  with_name.headers.emplace_back("Content-Disposition", disposition);
  return send_file(path, with_name);
}

}  // namespace duplex::http
