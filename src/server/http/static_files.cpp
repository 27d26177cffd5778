// SPDX-License-Identifier: MIT
#include "server/http/static_files.h"

#include <memory>

#include "protocol/http/mime.h"
#include "protocol/http/token.h"
#include "protocol/http/url.h"
#include "server/http/file_answer.h"

namespace duplex::http {
namespace {

/// "a.js.br" in place of "a.js", for who takes it: the smaller coding first.
void prefer_precompressed(int folder, const std::string& path, std::string_view accepted, FoundFile& found) {
  struct Coding {
    std::string_view name, suffix;
  };
  for (const Coding coding : {Coding{"br", ".br"}, Coding{"gzip", ".gz"}}) {
    if (!accepts_encoding(accepted, coding.name)) continue;
    FoundFile packed;
    if (!open_regular(open_beneath(folder, path + std::string(coding.suffix)), packed)) continue;
    found = std::move(packed);
    found.coding = coding.name;
    return;
  }
}

/// As in Express "/docs" of a folder goes to "/docs/": or the links of its page would lead elsewhere.
Flow redirect_to_folder(Request& request, Response& response) {
  const std::string query = request.query().empty() ? "" : "?" + std::string(request.query());
  response.redirect(std::string(request.path()) + "/" + query, 301);
  return done;
}

}  // namespace

Middleware serve_files(Files files) {
  auto root = std::make_shared<Descriptor>(open_folder(files.root));
  std::string cache = cache_control(files.max_age, files.immutable);
  return [root, files = std::move(files), cache = std::move(cache)](Request& request, Response& response) -> Flow {
    if (!*root || (request.method() != "GET" && request.method() != "HEAD")) return next;
    const std::optional<std::string> resolved = resolve_path(request.subpath());
    if (!resolved || has_dotfile(*resolved)) return next;
    std::string path = *resolved;
    const bool is_folder = path.empty() || path.back() == '/';
    if (is_folder) path += files.index;

    FoundFile found;
    if (!open_regular(open_beneath(root->get(), path), found)) {
      if (!found.is_folder()) return next;
      if (files.index.empty() || !open_beneath(root->get(), path + "/" + files.index)) return next;
      return redirect_to_folder(request, response);
    }
    if (is_folder && request.path().back() != '/') return redirect_to_folder(request, response);
    const std::string_view type = content_type_for(path);
    if (files.precompressed && is_compressible(type)) {
      response.vary("Accept-Encoding");
      prefer_precompressed(root->get(), path, request.header("accept-encoding"), found);
    }
    response.header("Cache-Control", cache);
    answer_with_file(Access::data(request), response, std::move(found), type);
    return done;
  };
}

}  // namespace duplex::http
