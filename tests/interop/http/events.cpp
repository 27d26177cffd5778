// SPDX-License-Identifier: MIT
// POST /send?name=…&retry=… sends its body to all who listen at /events; /cut closes them; /gone tells clients to stop,
// and after /retire so does /events. GET /hold is answered by /release: a page that asks for it by a synchronous
// request reads nothing meanwhile. /page is a page to do all that from.
#include <optional>
#include <vector>

#include "suites.h"

using namespace duplex;

namespace http_oracle {

int serve_events(const Arguments& arguments) {
  http::EventFeed feed({.history = 50});
  std::vector<http::EventStream> streams;
  std::vector<http::Reply> held;
  bool retired = false;
  Server app(options_of(arguments));
  app.get("/page", [](http::Request&, http::Response& res) { res.type("html").send("<title>Events</title>"); });
  app.get("/events", [&](http::Request& req, http::Response& res) {
    if (retired) return res.status(204).end();
    http::EventStreamOptions options;
    options.heartbeat = std::chrono::milliseconds(200);
    if (req.query("overflow") == "drop_oldest") options.overflow = ws::Overflow::drop_oldest;
    const http::EventStream stream = res.event_stream(options);
    streams.push_back(stream);
    const auto joined = feed.add(stream);
    if (joined == http::EventFeed::Joined::gap) stream.send({.data = "gap", .name = "gap"});
  });
  app.get("/gone", [](http::Request&, http::Response& res) { res.status(204).end(); });
  app.post("/send", [&](http::Request& req, http::Response& res) {
    const std::string name = req.query("name").value_or("");
    http::Event event{.data = req.body(), .name = name};
    if (const auto retry = req.query("retry")) event.retry = std::chrono::milliseconds(std::stoi(*retry));
    feed.send(event);
    res.status(204).end();
  });
  app.post("/cut", [&](http::Request&, http::Response& res) {
    for (const http::EventStream stream : streams) stream.close();
    streams.clear();
    res.status(204).end();
  });
  app.post("/retire", [&](http::Request& req, http::Response& res) {
    retired = req.query("undo") == std::nullopt;
    res.status(204).end();
  });
  app.get("/streams", [&](http::Request&, http::Response& res) { res.json(feed.streams()); });
  app.get("/hold", [&](http::Request&, http::Response& res) { held.push_back(res.defer()); });
  app.post("/release", [&](http::Request&, http::Response& res) {
    for (http::Reply& reply : held) reply.send("go on");
    held.clear();
    res.status(204).end();
  });
  return serve(app);
}

}  // namespace http_oracle
