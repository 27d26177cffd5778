// SPDX-License-Identifier: MIT
#include <array>
#include <ctime>
#include <map>

#include "suites.h"

namespace duplex::conformance {
namespace {

std::string now_as_http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 40> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

void on_message(eio::Socket& socket, ws::Message message) {
  const std::string_view text = message.is_text() ? message.text() : std::string_view();
  if (text == "give binary") {
    constexpr std::array<std::byte, 5> bytes{std::byte{0}, std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
    socket.send(std::span<const std::byte>(bytes));
  } else if (text == "give utf8") {
    socket.send("пойду спать всем спокойной ночи");
  } else if (text == "sendHeaders") {
    std::map<std::string, std::string> headers;
    if (const eio::RequestInfo* request = socket.current_request())
      request->each_header([&](std::string_view name, std::string_view value) { headers[lower_case(name)] = value; });
    std::string object;
    json::Writer writer(object);
    json::write(writer, headers);
    socket.send(std::string_view(object));
  } else {
    socket.send(message);
  }
}

}  // namespace

int run_engine_io_client(const SuiteOptions& options) {
  Server server(server_options(options));
  eio::EngineOptions engine = engine_options(options);
  engine.path = "/engine.io/";
  engine.ping_interval = 500ms;
  engine.max_http_buffer = 100;
  engine.allow_request = [](const eio::RequestInfo& request, eio::Admission admission) {
    if (request.query("deny"))
      admission.refuse();
    else
      admission.allow();
  };
  engine.on_initial_headers = [](eio::ExtraHeaders& headers, const eio::RequestInfo&) {
    headers.add("Set-Cookie", "1=1; Max-Age=86400");
    headers.add("Set-Cookie", "2=2; Path=/; HttpOnly; Secure; SameSite=Strict");
    headers.add("Set-Cookie", "3=3; Max-Age=0");
    headers.add("Set-Cookie", "4=4; Expires=" + now_as_http_date());
  };
  server.engine(std::move(engine),
                {.on_open = [](eio::Socket& socket) { socket.send("hi"); }, .on_message = on_message});
  return serve(server);
}

}  // namespace duplex::conformance
