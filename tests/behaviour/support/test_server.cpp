// SPDX-License-Identifier: MIT
#include "behaviour/support/test_server.h"

#include <duplex/duplex.h>

#include <stdexcept>
#include <thread>

namespace behaviour {
namespace {

using namespace duplex;

class TestServer {
 public:
  TestServer() : server_({.host = "127.0.0.1", .log = [](const LogRecord&) {}}) {
    auto echo = [](ws::Socket& socket, ws::Message message) { socket.send(message); };
    server_.get("/", [](http::Request&, http::Response& res) { res.send("hello"); });
    server_.get("/n/:n", [](http::Request& req, http::Response& res) { res.send(req.param("n")); });
    server_.post("/echo", [](http::Request& req, http::Response& res) { res.send(req.body()); });
    server_.ws("/echo", {.on_message = echo});
    server_.ws("/deflate", {.on_message = echo, .compression = {.enabled = true}});
    server_.ws("/small", {.on_message = echo, .max_message = 1000});
    server_.ws("/leaves", {.on_message = [](ws::Socket& socket, ws::Message) { socket.close(1000, "bye"); },
                           .close_timeout = 300ms});
    if (!server_.start()) throw std::runtime_error(server_.start_error());
    thread_ = std::thread([this] { server_.run(); });
  }
  ~TestServer() {
    server_.stop();
    thread_.join();
  }
  int port() const { return server_.port(); }

 private:
  Server server_;
  std::thread thread_;
};

}  // namespace

int server_port() {
  static TestServer server;
  return server.port();
}

}  // namespace behaviour
