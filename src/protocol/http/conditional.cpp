// SPDX-License-Identifier: MIT
#include "protocol/http/conditional.h"

#include "protocol/http/date.h"
#include "protocol/http/token.h"

namespace duplex::http {
namespace {

std::string_view without_weakness(std::string_view etag) noexcept {
  return etag.starts_with("W/") ? etag.substr(2) : etag;
}

}  // namespace

bool names_etag(std::string_view list, std::string_view etag, bool weak) noexcept {
  if (trim(list) == "*") return true;
  if (!weak && etag.starts_with("W/")) return false;
  ListCursor elements(list);
  while (const auto element = elements.next())
    if (weak ? without_weakness(*element) == without_weakness(etag) : *element == etag) return true;
  return false;
}

Verdict judge(const Conditions& conditions, const Validators& ours) noexcept {
  if (!conditions.if_match.empty()) {
    if (!names_etag(conditions.if_match, ours.etag, false)) return Verdict::failed;
  } else if (!conditions.if_unmodified_since.empty() && ours.modified >= 0) {
    const auto since = parse_date(conditions.if_unmodified_since);
    if (since && ours.modified > *since) return Verdict::failed;
  }
  if (has_token(conditions.cache_control, "no-cache")) return Verdict::serve;
  if (!conditions.if_none_match.empty())
    return names_etag(conditions.if_none_match, ours.etag, true) ? Verdict::not_modified : Verdict::serve;
  if (!conditions.if_modified_since.empty() && ours.modified >= 0) {
    const auto since = parse_date(conditions.if_modified_since);
    if (since && ours.modified <= *since) return Verdict::not_modified;
  }
  return Verdict::serve;
}

bool range_applies(const Conditions& conditions, const Validators& ours) noexcept {
  if (conditions.if_range.empty()) return true;
  if (conditions.if_range.find('"') != std::string_view::npos)
    return conditions.if_range == ours.etag && !ours.etag.starts_with("W/");
  const auto since = parse_date(conditions.if_range);
  return since && *since == ours.modified;
}

}  // namespace duplex::http
