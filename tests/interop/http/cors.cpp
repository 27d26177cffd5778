// SPDX-License-Identifier: MIT
// One mount a set of options, as tests/interop/http_cors.test.mjs writes them: /0, /1, …
#include <fstream>
#include <sstream>

#include "suites.h"

using namespace duplex;

namespace http_oracle {
namespace {

http::Cors options_of(json::View view) {
  http::Cors cors;
  for (json::View origin : view["origins"].elements()) cors.origins.push_back(*origin.as<std::string>());
  if (view["any"]) cors.allows = [](std::string_view) { return true; };
  if (view["methods"]) cors.methods = *view["methods"].as<std::string>();
  if (view["allowed"]) cors.allowed_headers = *view["allowed"].as<std::string>();
  if (view["exposed"]) cors.exposed_headers = *view["exposed"].as<std::string>();
  cors.credentials = static_cast<bool>(view["credentials"]);
  if (view["maxAge"]) cors.max_age = std::chrono::seconds(*view["maxAge"].as<int>());
  cors.preflight_continue = static_cast<bool>(view["continue"]);
  if (view["status"]) cors.preflight_status = *view["status"].as<int>();
  return cors;
}

}  // namespace

int serve_cors(const Arguments& arguments) {
  std::ostringstream text;
  text << std::ifstream(arguments.at("--options")).rdbuf();
  const std::string all = text.str();
  const auto sets = json::parse(all);
  if (!sets) return 2;
  Server app(options_of(arguments));
  std::size_t number = 0;
  for (json::View set : sets->elements()) {
    const std::string prefix = "/" + std::to_string(number++);
    app.cors(prefix, options_of(set));
    app.all(prefix, [](http::Request&, http::Response& res) { res.type("txt").send("here"); });
  }
  return serve(app);
}

}  // namespace http_oracle
