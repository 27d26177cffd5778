// SPDX-License-Identifier: MIT
// HTTP: routes with parameters, a middleware, JSON in and out, and an answer that another thread gives later.
//   routes [port]
#include <duplex/duplex.h>

#include <cstdlib>
#include <iostream>
#include <thread>
using namespace duplex;

namespace {

struct Note {
  std::string title;
  std::optional<std::string> text;
  friend void duplex_fields(json::Fields& f, Note& n) { f("title", n.title)("text", n.text); }
};

http::Flow signed_in(http::Request& req, http::Response& res) {
  if (req.header("authorization") == "Bearer letmein") return http::next;
  res.status(401).type("txt").send("sign in first\n");
  return http::done;
}

}  // namespace

int main(int argc, char** argv) {
  Server server({.port = argc > 1 ? std::atoi(argv[1]) : 3000, .host = "127.0.0.1"});

  server.use("/admin", signed_in);
  server.get("/admin/stats", [&](http::Request&, http::Response& res) {
    const ServerStats stats = server.stats();
    res.json(json::object("connections", stats.connections, "requests", stats.requests));
  });

  server.get("/users/:name", [](http::Request& req, http::Response& res) {
    res.json(json::object("name", req.param("name"), "full", req.query("full").has_value()));
  });

  server.post("/notes", [](http::Request& req, http::Response& res) {
    const auto view = json::parse(req.body());
    const auto note = view ? view->as<Note>() : Result<Note>(view.error());
    if (!note) return res.status(400).type("txt").send(note.error().message() + "\n");
    res.status(201).json(json::object("saved", note->title, "characters", note->text.value_or("").size()));
  });

  // The request ends with the handler; the reply is a promise that may be kept later, on any thread.
  server.get("/slow", [](http::Request&, http::Response& res) {
    std::thread([reply = res.defer()]() mutable {
      reply.header("Content-Type", "text/plain"), reply.send("done\n");
    }).detach();
  });

  return run(server, [&] { std::cout << "listening on " << server.url() << std::endl; });
}
