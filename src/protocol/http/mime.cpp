// SPDX-License-Identifier: MIT
#include "protocol/http/mime.h"

#include "protocol/http/token.h"

namespace duplex::http {
namespace {

struct Row {
  std::string_view extension, type;
};

// The types of IANA's registry, and text as UTF-8: what a browser would otherwise guess.
constexpr Row rows[] = {
    {"html", "text/html; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"json", "application/json; charset=utf-8"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"ico", "image/x-icon"},
    {"map", "application/json; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"cjs", "text/javascript; charset=utf-8"},
    {"htm", "text/html; charset=utf-8"},
    {"txt", "text/plain; charset=utf-8"},
    {"md", "text/markdown; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"xml", "application/xml; charset=utf-8"},
    {"xhtml", "application/xhtml+xml; charset=utf-8"},
    {"vtt", "text/vtt; charset=utf-8"},
    {"ics", "text/calendar; charset=utf-8"},
    {"yaml", "application/yaml; charset=utf-8"},
    {"yml", "application/yaml; charset=utf-8"},
    {"webmanifest", "application/manifest+json; charset=utf-8"},
    {"jsonld", "application/ld+json; charset=utf-8"},
    {"rss", "application/rss+xml; charset=utf-8"},
    {"atom", "application/atom+xml; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"apng", "image/apng"},
    {"bmp", "image/bmp"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"ttf", "font/ttf"},
    {"otf", "font/otf"},
    {"mp3", "audio/mpeg"},
    {"m4a", "audio/mp4"},
    {"aac", "audio/aac"},
    {"ogg", "audio/ogg"},
    {"oga", "audio/ogg"},
    {"opus", "audio/ogg"},
    {"wav", "audio/wav"},
    {"flac", "audio/flac"},
    {"weba", "audio/webm"},
    {"mp4", "video/mp4"},
    {"webm", "video/webm"},
    {"ogv", "video/ogg"},
    {"mov", "video/quicktime"},
    {"mpeg", "video/mpeg"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"ts", "video/mp2t"},
    {"pdf", "application/pdf"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"tar", "application/x-tar"},
    {"7z", "application/x-7z-compressed"},
    {"rtf", "application/rtf"},
    {"epub", "application/epub+zip"},
    {"gltf", "model/gltf+json"},
    {"glb", "model/gltf-binary"},
};

}  // namespace

std::string_view content_type_for(std::string_view file_name) noexcept {
  file_name.remove_prefix(file_name.rfind('/') + 1);  // npos + 1 is 0
  const auto dot = file_name.rfind('.');
  return content_type_of(dot == file_name.npos ? std::string_view() : file_name.substr(dot + 1));
}

std::string_view content_type_of(std::string_view extension) noexcept {
  for (const Row& row : rows) {
    if (equals_ignore_case(row.extension, extension)) return row.type;
  }
  return "application/octet-stream";
}

bool is_compressible(std::string_view content_type) noexcept {
  const auto type = media_type(content_type);
  if (equals_ignore_case(type.substr(0, 5), "text/")) return !equals_ignore_case(type, "text/event-stream");
  const auto suffix = type.size() > 5 ? type.substr(type.size() - 5) : type;
  if (equals_ignore_case(suffix, "+json") || suffix.ends_with("+xml")) return true;
  for (std::string_view known : {"application/json", "application/javascript", "application/xml", "application/wasm",
                                 "application/yaml", "application/manifest+json", "font/ttf", "font/otf",
                                 "image/x-icon", "image/bmp", "application/vnd.apple.mpegurl", "application/rtf"}) {
    if (equals_ignore_case(type, known)) return true;
  }
  return false;
}

}  // namespace duplex::http
