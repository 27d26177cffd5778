// SPDX-License-Identifier: MIT
#include "server/http/method_list.h"

#include <algorithm>
#include <string>

namespace duplex::http {

void add_methods(std::vector<std::string_view>& methods, std::string_view method) {
  methods.push_back(method);
  if (method == "GET") methods.push_back("HEAD");
}

void answer_options(Response& response, std::vector<std::string_view> methods) {
  std::sort(methods.begin(), methods.end());
  methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
  std::string allow;
  for (const std::string_view method : methods) allow.append(allow.empty() ? "" : ", ").append(method);
  response.header("Allow", allow).header("X-Content-Type-Options", "nosniff").type("text/plain");
  response.send(std::as_bytes(std::span(allow)));
}

}  // namespace duplex::http
