// SPDX-License-Identifier: MIT
#include "suites.h"

using namespace duplex;

namespace http_oracle {

int serve_files(const Arguments& arguments) {
  Server app(options_of(arguments));
  const std::string root = arguments.at("--root");
  http::Router inner;
  inner.files("/static", {.root = root, .max_age = std::chrono::hours(1), .immutable = true});
  app.use("/deep", std::move(inner));
  app.files("/plain", {.root = root, .precompressed = false});
  app.files("/noindex", {.root = root, .index = ""});
  app.files("/missing", {.root = root + "/no-such-folder"});
  app.files("/", {.root = root});
  return serve(app);
}

}  // namespace http_oracle
