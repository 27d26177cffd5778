// SPDX-License-Identifier: MIT
#include "server/sio/handshake_json.h"

#include <duplex/eio.h>

#include <ctime>
#include <map>

namespace duplex::sio {
namespace {

/// "Fri Nov 20 2026 13:05:00 GMT+0000 (Coordinated Universal Time)", as JavaScript writes a Date.
std::string date_text(std::chrono::system_clock::time_point at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[80];
  const int size = std::snprintf(
      text, sizeof text, "%s %s %02d %d %02d:%02d:%02d GMT+0000 (Coordinated Universal Time)", days[parts.tm_wday],
      months[parts.tm_mon], parts.tm_mday, parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return {text, static_cast<std::size_t>(size)};
}

std::string lower(std::string_view name) {
  std::string text(name);
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return text;
}

/// What both forms share; `last` is another name and its value, or nothing.
template <class... Last>
json::Text to_json(const Handshake& handshake, std::string_view address, const Last&... last) {
  std::map<std::string, std::string> headers;
  handshake.request().each_header([&](std::string_view name, std::string_view value) {
    auto& field = headers[lower(name)];
    field += field.empty() ? std::string(value) : ", " + std::string(value);  // as Node joins them
  });
  std::map<std::string, std::string> query;
  handshake.request().each_query(
      [&](std::string_view name, std::string_view value) { query[std::string(name)] = value; });
  const auto at = handshake.time();
  const auto issued = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  return json::object("headers", headers, "time", date_text(at), "address", address, "xdomain",
                      handshake.cross_domain(), "secure", handshake.secure(), "issued", issued, "url", handshake.url(),
                      "query", query, last...);
}

}  // namespace

struct Handshake::Details {
  std::string auth = "{}";
  json::Text data;
  std::vector<std::string> unescaped;  // what auth(field) had to unescape
};

Handshake::Handshake(std::shared_ptr<const eio::RequestInfo> request, std::string_view nsp, std::string_view auth)
    : request_(std::move(request)), nsp_(nsp) {
  if (auth != "{}") details().auth = auth;
}
Handshake::Handshake(Handshake&&) noexcept = default;
Handshake::~Handshake() = default;

Handshake::Details& Handshake::details() const {
  if (!details_) details_ = std::make_unique<Details>();
  return *details_;
}

json::View Handshake::auth() const noexcept {
  return json::View(details_ ? std::string_view(details_->auth) : std::string_view("{}"));
}

void Handshake::put_data(json::Text data) { details().data = std::move(data); }
const json::Text& Handshake::data() const noexcept {
  static const json::Text none;
  return details_ ? details_->data : none;
}

std::optional<std::string_view> Handshake::auth(std::string_view field) const {
  const json::View value = auth()[field];
  if (!value.is_string()) return std::nullopt;
  const std::string_view raw = value.text().substr(1, value.text().size() - 2);
  if (raw.find('\\') == raw.npos) return raw;
  auto text = value.as<std::string>();
  if (!text) return std::nullopt;
  // A view into one of these must stay good while others are added.
  auto& unescaped = details().unescaped;
  if (unescaped.capacity() == 0) unescaped.reserve(16);
  for (const std::string& known : unescaped)
    if (known == *text) return known;
  if (unescaped.size() == unescaped.capacity()) return std::nullopt;
  return unescaped.emplace_back(std::move(*text));
}

std::string_view Handshake::header(std::string_view name) const noexcept { return request_->header(name); }
std::optional<std::string> Handshake::query(std::string_view name) const { return request_->query(name); }
std::string_view Handshake::url() const noexcept { return request_->url(); }
std::string_view Handshake::address() const noexcept { return request_->address(); }
bool Handshake::secure() const noexcept { return request_->secure(); }
bool Handshake::cross_domain() const noexcept { return request_->cross_domain(); }
std::chrono::system_clock::time_point Handshake::time() const noexcept { return request_->time(); }

json::Text Handshake::json() const { return to_json(*this, address(), "auth", auth()); }

json::Text admin_handshake(const Handshake& handshake) {
  std::string_view address = handshake.header("cf-connecting-ip");
  if (address.empty()) address = handshake.header("x-forwarded-for");
  if (address.empty()) address = handshake.address();
  return to_json(handshake, address);
}

}  // namespace duplex::sio
