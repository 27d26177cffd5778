// SPDX-License-Identifier: MIT
#include "server/http/file_answer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/http/conditional.h"
#include "protocol/http/date.h"
#include "protocol/http/range.h"
#include "server/http/http_connection.h"

namespace duplex::http {
namespace {

/// Strong: another content has another time of change, to the nanosecond, or another size; a coding is another content.
std::string etag_of(const FoundFile& found) {
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

/// What the client is to get of it; false if that is nothing, and it has been told why.
bool choose_part(const RequestData& request, Response& response, std::uint64_t size, RangeChoice& part) {
  const ResponseHead& head = Access::data(response).head;
  const Headers& headers = request.head->headers;
  const std::string etag(head.get("etag"));
  const Validators ours{etag, parse_date(head.get("last-modified")).value_or(-1)};
  const Conditions theirs{.if_match = headers["if-match"],
                          .if_none_match = headers["if-none-match"],
                          .if_modified_since = headers["if-modified-since"],
                          .if_unmodified_since = headers["if-unmodified-since"],
                          .if_range = headers["if-range"],
                          .cache_control = headers["cache-control"]};
  const auto refuse = [&](int status, std::string_view text) {
    Access::data(response).etags = Etag::off;  // of the file, not of this line
    response.status(status).type("txt").send(text);
    return false;
  };
  const bool has_validators = !etag.empty() || ours.modified >= 0;
  switch (has_validators ? judge(theirs, ours) : Verdict::serve) {
    case Verdict::not_modified:
      response.status(304).end();
      return false;
    case Verdict::failed:
      return refuse(412, "412 the file is not the one that was asked for\n");
    case Verdict::serve:
      break;
  }
  if (range_applies(theirs, ours)) part = choose_range(headers["range"], size);
  switch (part.kind) {
    case RangeChoice::Kind::unsatisfiable:
      response.header("Content-Range", "bytes */" + std::to_string(size));
      return refuse(416, "416 the file is not that long\n");
    case RangeChoice::Kind::whole:
      part.length = size;
      break;
    case RangeChoice::Kind::part:
      response.status(206).header("Content-Range", "bytes " + std::to_string(part.first) + "-" +
                                                       std::to_string(part.first + part.length - 1) + "/" +
                                                       std::to_string(size));
      break;
  }
  return true;
}

}  // namespace

bool open_regular(Descriptor opened, FoundFile& found) {
  found.file = std::move(opened);
  return found.file && fstat(found.file.get(), &found.info) == 0 && S_ISREG(found.info.st_mode);
}

std::string cache_control(std::chrono::seconds max_age, bool immutable) {
  return "public, max-age=" + std::to_string(max_age.count()) + (immutable ? ", immutable" : "");
}

bool has_dotfile(std::string_view path) noexcept {
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    if (segment.starts_with('.') && segment != "." && segment != "..") return true;
    at = end + 1;
  }
  return false;
}

void answer_with_file(const RequestData& request, Response& response, FoundFile found, std::string_view type,
                      bool validators) {
  ResponseData& out = Access::data(response);
  response.header("Accept-Ranges", "bytes");
  if (validators) {
    if (out.head.get("etag").empty()) response.header("ETag", etag_of(found));
    if (out.head.get("last-modified").empty()) {
      const DateText modified = format_date(found.info.st_mtim.tv_sec);
      response.header("Last-Modified", {modified.data(), modified.size()});
    }
  }
  const auto size = static_cast<std::uint64_t>(found.info.st_size);
  const Method method = request.head->method;
  // RFC 9110 §13.2.1: a condition is about the answer that would be given without it, if that is a success.
  const bool conditional = out.head.status == 200 && (method == Method::get || method == Method::head);
  RangeChoice part;
  part.length = size;
  if (conditional && !choose_part(request, response, size, part)) return;
  if (out.head.get("content-type").empty()) response.header("Content-Type", type);
  response.header("X-Content-Type-Options", "nosniff");
  if (!found.coding.empty()) response.header("Content-Encoding", found.coding);
  out.answered = true;
  out.connection->answer_file(out.head, std::move(found.file), part.first, part.length);
}

}  // namespace duplex::http
