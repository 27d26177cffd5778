// SPDX-License-Identifier: MIT
#include "server/sio/client_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "protocol/http/token.h"
#include "server/eio/cors.h"
#include "server/http/exchange.h"
#include "server/http/http_connection.h"
#include "server/http/open_beneath.h"

namespace duplex::sio {
namespace {

using http::Descriptor;

constexpr std::array<std::string_view, 8> bundles = {
    "socket.io.js",     "socket.io.js.map",     "socket.io.esm.min.js",     "socket.io.esm.min.js.map",
    "socket.io.min.js", "socket.io.min.js.map", "socket.io.msgpack.min.js", "socket.io.msgpack.min.js.map"};
constexpr std::array<std::string_view, 3> codings = {"br", "gzip", "deflate"};

std::string_view suffix_of(std::string_view coding) noexcept {
  return coding == "br" ? ".br" : coding == "gzip" ? ".gz" : ".deflate";
}

/// "4.8.4" of "/*!\n * Socket.IO v4.8.4\n …", with which every bundle begins; empty if there is none.
std::string version_in(int folder) {
  const Descriptor file = http::open_beneath(folder, "socket.io.js");
  std::array<char, 256> text;
  const ssize_t size = file ? pread(file.get(), text.data(), text.size(), 0) : 0;
  const std::string_view head(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  constexpr std::string_view before = "Socket.IO v";
  const auto at = head.find(before);
  if (at == head.npos) return {};
  const std::string_view rest = head.substr(at + before.size());
  return std::string(rest.substr(0, rest.find_first_of(" \r\n\t\"")));
}

struct ClientFiles {
  Descriptor folder;
  std::string path, etag;
  eio::CorsOptions cors;

  http::Flow answer(http::Request& request, http::Response& response) const;
  void send(std::string_view name, http::Request& request, http::Response& response, Descriptor file) const;
};

http::Flow ClientFiles::answer(http::Request& request, http::Response& response) const {
  // By the target as it was sent, as the engine's own requests: no part of it is decoded.
  std::string_view name = request.target();
  if (!name.starts_with(path)) return http::next;
  name.remove_prefix(path.size());
  name = name.substr(0, name.find('?'));
  const auto* bundle = std::find(bundles.begin(), bundles.end(), name);
  if (bundle == bundles.end()) return http::next;
  if (eio::apply_cors(cors, request, response)) return http::done;

  const std::string_view known = request.header("if-none-match");
  if (known == etag || (known.starts_with("W/") && known.substr(2) == etag)) {
    response.status(304).end();
    return http::done;
  }
  Descriptor file = http::open_beneath(folder.get(), std::string(*bundle));
  if (!file) return http::next;
  send(*bundle, request, response, std::move(file));
  return http::done;
}

void ClientFiles::send(std::string_view name, http::Request& request, http::Response& response, Descriptor file) const {
  const bool is_map = name.ends_with(".map");
  response.header("Cache-Control", "public, max-age=0").header("ETag", etag).vary("Accept-Encoding");
  response.header("Content-Type", is_map ? "application/json; charset=utf-8" : "application/javascript; charset=utf-8");
  const std::string_view coding = http::preferred_encoding(request.header("accept-encoding"), codings);
  if (!coding.empty())
    if (Descriptor packed = http::open_beneath(folder.get(), std::string(name).append(suffix_of(coding)))) {
      response.header("Content-Encoding", coding);
      file = std::move(packed);
    }
  struct stat info = {};
  if (fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return response.status(404).end();
  http::ResponseData& out = http::Access::data(response);
  out.answered = true;
  out.connection->answer_file(out.head, std::move(file), 0, static_cast<std::uint64_t>(info.st_size));
}

}  // namespace

http::Middleware serve_client_files(const std::string& folder, const std::string& path, eio::CorsOptions cors,
                                    std::string& error) {
  auto files = std::make_shared<ClientFiles>();
  files->folder = http::open_folder(folder);
  const std::string version = files->folder ? version_in(files->folder.get()) : std::string();
  if (version.empty()) {
    error = "serve_client is \"" + folder +
            "\", which holds no Socket.IO client: name the folder \"dist\" of npm socket.io-client (socket.io.js, with "
            "its version at the top)";
    return {};
  }
  files->path = path.ends_with('/') ? path : path + "/";
  files->etag = "\"" + version + "\"";
  files->cors = std::move(cors);
  return [files](http::Request& request, http::Response& response) { return files->answer(request, response); };
}

}  // namespace duplex::sio
