// SPDX-License-Identifier: MIT
#include "server/http/pattern.h"

#include "protocol/http/token.h"
#include "protocol/http/url.h"

namespace duplex::http {
namespace {

/// Takes the next segment off a path; false at its end. "/a//b" has an empty segment in the middle.
bool next_segment(std::string_view& path, std::string_view& segment) noexcept {
  if (path.empty()) return false;
  path.remove_prefix(1);  // '/'
  const std::size_t end = path.find('/');
  segment = path.substr(0, end);
  path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  return true;
}

}  // namespace

std::string_view Params::get(std::string_view name) const noexcept {
  for (std::size_t i = size_; i-- > 0;)
    if (list_[i].name == name) return list_[i].value;
  return {};
}

void Params::add(std::string_view name, std::string value) {
  if (size_ == list_.size()) list_.emplace_back();
  list_[size_].name = name;
  list_[size_].value = std::move(value);
  ++size_;
}

Pattern::Pattern(std::string_view path, Kind kind) : text_(path), kind_(kind) {
  if (text_.empty() || text_.front() != '/') text_.insert(text_.begin(), '/');
  std::string_view rest = text_;
  if (rest.size() > 1 && rest.back() == '/') rest.remove_suffix(1);
  std::string_view segment;
  while (next_segment(rest, segment)) {
    if (segment.empty() && rest.empty()) break;  // "/" has no segments
    if (segment.front() == ':')
      segments_.push_back({Segment::Kind::parameter, std::string(segment.substr(1))});
    else if (segment == "*" && rest.empty())
      segments_.push_back({Segment::Kind::rest, "*"});
    else
      segments_.push_back({Segment::Kind::literal, std::string(segment)});
  }
}

bool Pattern::matches(std::string_view path, Params& params) const {
  const std::size_t before = params.size();
  auto no = [&] {
    params.truncate(before);
    return false;
  };
  std::string_view rest = path, segment;
  for (const Segment& wanted : segments_) {
    if (wanted.kind == Segment::Kind::rest) {
      auto decoded = percent_decode(rest.empty() ? rest : rest.substr(1));
      if (!decoded) return no();
      params.add(wanted.text, std::move(*decoded));
      return true;
    }
    if (!next_segment(rest, segment)) return no();
    if (wanted.kind == Segment::Kind::literal) {
      if (!equals_ignore_case(segment, wanted.text) && !decodes_to(segment, wanted.text)) return no();
      continue;
    }
    auto decoded = percent_decode(segment);
    if (!decoded || decoded->empty()) return no();
    params.add(wanted.text, std::move(*decoded));
  }
  if (kind_ == Kind::prefix || rest.empty() || rest == "/") return true;
  return no();
}

}  // namespace duplex::http
