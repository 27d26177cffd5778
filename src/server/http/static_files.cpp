// SPDX-License-Identifier: MIT
#include "server/http/static_files.h"

#include <sys/stat.h>

#include <array>
#include <charconv>
#include <memory>

#include "protocol/http/conditional.h"
#include "protocol/http/date.h"
#include "protocol/http/mime.h"
#include "protocol/http/range.h"
#include "protocol/http/token.h"
#include "protocol/http/url.h"
#include "server/http/http_connection.h"
#include "server/http/open_beneath.h"

namespace duplex::http {
namespace {

struct Found {
  Descriptor file;
  struct stat info = {};
  std::string_view coding = {};  // "br", "gzip", or none
};

bool open_regular(int folder, const std::string& path, Found& found) {
  found.file = open_beneath(folder, path);
  return found.file && fstat(found.file.get(), &found.info) == 0 && S_ISREG(found.info.st_mode);
}

/// "a.js.br" in place of "a.js", for who takes it: the smaller coding first.
void prefer_precompressed(int folder, const std::string& path, std::string_view accepted, Found& found) {
  struct Coding {
    std::string_view name, suffix;
  };
  for (const Coding coding : {Coding{"br", ".br"}, Coding{"gzip", ".gz"}}) {
    if (!accepts_encoding(accepted, coding.name)) continue;
    Found packed;
    if (!open_regular(folder, path + std::string(coding.suffix), packed)) continue;
    found = std::move(packed);
    found.coding = coding.name;
    return;
  }
}

/// Strong: another content has another time of change, to the nanosecond, or another size; a coding is another content.
std::string etag_of(const Found& found) {
  std::array<char, 64> text;
  char* at = text.data();
  *at++ = '"';
  for (const auto number :
       {static_cast<std::uint64_t>(found.info.st_size), static_cast<std::uint64_t>(found.info.st_mtim.tv_sec),
        static_cast<std::uint64_t>(found.info.st_mtim.tv_nsec)}) {
    if (at[-1] != '"') *at++ = '-';
    at = std::to_chars(at, text.data() + text.size(), number, 16).ptr;
  }
  std::string etag(text.data(), at);
  if (!found.coding.empty()) etag.append("-").append(found.coding);
  return etag += '"';
}

bool has_dotfile(std::string_view path) noexcept {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

std::string cache_control(const Files& files) {
  return "public, max-age=" + std::to_string(files.max_age.count()) + (files.immutable ? ", immutable" : "");
}

/// As in Express "/docs" of a folder goes to "/docs/": or the links of its page would lead elsewhere.
Flow redirect_to_folder(Request& request, Response& response) {
  const std::string query = request.query().empty() ? "" : "?" + std::string(request.query());
  response.redirect(std::string(request.path()) + "/" + query, 301);
  return done;
}

void answer(Request& request, Response& response, Found found, std::string_view type) {
  const std::string etag = etag_of(found);
  const DateText modified = format_date(found.info.st_mtim.tv_sec);
  const Validators ours{etag, found.info.st_mtim.tv_sec};
  const Conditions theirs{.if_match = request.header("if-match"),
                          .if_none_match = request.header("if-none-match"),
                          .if_modified_since = request.header("if-modified-since"),
                          .if_unmodified_since = request.header("if-unmodified-since"),
                          .if_range = request.header("if-range"),
                          .cache_control = request.header("cache-control")};
  response.header("ETag", etag).header("Last-Modified", {modified.data(), modified.size()});
  switch (judge(theirs, ours)) {
    case Verdict::not_modified:
      return response.status(304).end();
    case Verdict::failed:
      return response.status(412).type("txt").send("412 the file is not the one that was asked for\n");
    case Verdict::serve:
      break;
  }
  const auto size = static_cast<std::uint64_t>(found.info.st_size);
  RangeChoice part;
  if (range_applies(theirs, ours)) part = choose_range(request.header("range"), size);
  response.header("Accept-Ranges", "bytes");
  switch (part.kind) {
    case RangeChoice::Kind::unsatisfiable:
      response.status(416).header("Content-Range", "bytes */" + std::to_string(size));
      return response.type("txt").send("416 the file is not that long\n");
    case RangeChoice::Kind::whole:
      part.length = size;
      break;
    case RangeChoice::Kind::part:
      response.status(206).header("Content-Range", "bytes " + std::to_string(part.first) + "-" +
                                                       std::to_string(part.first + part.length - 1) + "/" +
                                                       std::to_string(size));
      break;
  }
  response.header("Content-Type", type).header("X-Content-Type-Options", "nosniff");
  if (!found.coding.empty()) response.header("Content-Encoding", found.coding);
  ResponseData& out = Access::data(response);
  out.answered = true;
  out.connection->answer_file(out.head, std::move(found.file), part.first, part.length);
}

}  // namespace

Middleware serve_files(Files files) {
  auto root = std::make_shared<Descriptor>(open_folder(files.root));
  std::string cache = cache_control(files);
  return [root, files = std::move(files), cache = std::move(cache)](Request& request, Response& response) -> Flow {
    if (!*root || (request.method() != "GET" && request.method() != "HEAD")) return next;
    const std::optional<std::string> resolved = resolve_path(request.subpath());
    if (!resolved || has_dotfile(*resolved)) return next;
    std::string path = *resolved;
    const bool is_folder = path.empty() || path.back() == '/';
    if (is_folder) path += files.index;

    Found found;
    if (!open_regular(root->get(), path, found)) {
      if (!found.file || !S_ISDIR(found.info.st_mode)) return next;
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
    answer(request, response, std::move(found), type);
    return done;
  };
}

}  // namespace duplex::http
