// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include <duplex/http.h>
#include <duplex/http_cors.h>

namespace duplex::http {

class RouteTable;

enum class Flow : unsigned char { next, done };
using enum Flow;
using Handler = Function<void(Request&, Response&)>;
using Middleware = Function<Flow(Request&, Response&)>;

/// What a handler may throw to be answered with a status of its choice: `throw http::Error(403, "not yours")`.
class Error : public std::exception {
 public:
  Error(int status, std::string text) : status_(status), text_(std::move(text)) {}
  int status() const noexcept { return status_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  int status_;
  std::string text_;
};

/// What went wrong in a handler or a middleware: what it threw, or a parameter that could not be decoded (400).
struct Failure {
  int status = 500;  ///< of a thrown `http::Error`; 500 for anything else
  std::string text;  ///< what it said: for the log, not for the client
};
/// Answers a failure and returns `done`, or leaves it to those behind it.
using ErrorHandler = Function<Flow(const Failure&, Request&, Response&)>;

/// A folder that is served. No dotfiles, nothing outside of it, whatever a path or a link says.
struct Files {
  std::string root;
  std::string index = "index.html";
  std::chrono::seconds max_age{0};
  bool immutable = false;     ///< Cache-Control says so: names that change with the content
  bool precompressed = true;  ///< "app.js.br" and "app.js.gz" beside "app.js" are sent to those who take them
};

/// Routes that are mounted together at a prefix, any number of levels deep:
///     http::Router users;
///     users.get("/:id", …);
///     server.use("/users", std::move(users));
/// Paths are as in Express 5: "/users/:id", "/files/*rest", "/a{/:b}"; "/files/*" is "/files{/*rest}", named "*".
class Router {
 public:
  Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  Router& use(Middleware middleware);
  Router& use(std::string_view prefix, Middleware middleware);
  Router& use(std::string_view prefix, Router router);
  Router& get(std::string_view path, Handler handler);
  Router& post(std::string_view path, Handler handler);
  Router& put(std::string_view path, Handler handler);
  Router& patch(std::string_view path, Handler handler);
  Router& del(std::string_view path, Handler handler);
  Router& all(std::string_view path, Handler handler);
  Router& route(std::string_view method, std::string_view path, Handler handler);  ///< method "*": any
  Router& files(std::string_view prefix, Files files);
  Router& cors(Cors options);
  /// Hears of what failed in the routes before it.
  Router& on_error(ErrorHandler handler);

 private:
  friend struct RouterAccess;
  std::unique_ptr<RouteTable> table_;
};

}  // namespace duplex::http
