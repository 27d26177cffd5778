// SPDX-License-Identifier: MIT
// POST /send?name=…&retry=… sends its body to all who listen at /events; /cut closes them; /gone tells clients to stop.
#include "suites.h"

using namespace duplex;

namespace http_oracle {

int serve_events(const Arguments& arguments) {
  http::EventFeed feed({.history = 50});
  std::vector<http::EventStream> streams;
  Server app(options_of(arguments));
  app.get("/events", [&](http::Request&, http::Response& res) {
    http::EventStreamOptions options;
    options.heartbeat = std::chrono::milliseconds(200);
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
  return serve(app);
}

}  // namespace http_oracle
