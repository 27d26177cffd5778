// SPDX-License-Identifier: MIT
// http_oracle: the servers that tests/interop/http_*.test.mjs compare with npm packages. Public API alone.
#include <iostream>
#include <string_view>

#include "suites.h"

int main(int argc, char** argv) {
  using namespace http_oracle;
  std::string_view suite = argc > 1 ? argv[1] : "";
  Arguments arguments;
  for (int i = 2; i + 1 < argc; i += 2) arguments[argv[i]] = argv[i + 1];
  if (suite == "cors") return serve_cors(arguments);
  if (suite == "events") return serve_events(arguments);
  if (suite == "express") return serve_express(arguments);
  if (suite == "files") return serve_files(arguments);
  std::cerr << "usage: http_oracle cors|events|express|files [--port N] [--root FOLDER] [--options FILE]\n";
  return 2;
}
