// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/duplex.h>

#include <iostream>
#include <map>
#include <string>

namespace http_oracle {

using Arguments = std::map<std::string, std::string>;

int serve_cors(const Arguments& arguments);
int serve_events(const Arguments& arguments);
int serve_express(const Arguments& arguments);
int serve_files(const Arguments& arguments);

inline duplex::ServerOptions options_of(const Arguments& arguments) {
  const auto get = [&](const char* name, int otherwise) {
    const auto found = arguments.find(name);
    return found == arguments.end() ? otherwise : std::stoi(found->second);
  };
  duplex::ServerOptions options;
  options.host = "127.0.0.1";
  options.port = get("--port", 0);
  options.threads = get("--threads", 1);
  options.log_level = duplex::LogLevel::warning;
  return options;
}

inline int serve(duplex::Server& server) {
  return duplex::run(server, [&] { std::cout << "listening on " << server.url() << std::endl; });
}

}  // namespace http_oracle
