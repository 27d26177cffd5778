// A server inside a program that has a loop of its own: a simulation, which the server shows and steers.
//   curl localhost:3000/state          curl -d 5 localhost:3000/speed          curl -N localhost:3000/watch
#include <duplex/duplex.h>
#include <duplex/http_events.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>
using namespace duplex;

int main(int argc, char** argv) {
  sigset_t signals;  // they are the program's own: the server sets no handlers unless `duplex::run` is called
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  std::atomic<long> position{0}, speed{1};  // what the simulation and the handlers share
  http::EventFeed watchers;
  Server server({.port = argc > 1 ? std::atoi(argv[1]) : 3000, .host = "127.0.0.1"});
  server.get("/state", [&](http::Request&, http::Response& res) {
    res.json(json::object("position", position.load(), "speed", speed.load()));
  });
  server.post("/speed", [&](http::Request& req, http::Response& res) {
    long wanted = 0;
    const std::string_view body = req.body();
    if (std::from_chars(body.data(), body.data() + body.size(), wanted).ec != std::errc())
      throw http::Error(400, "the speed is a number");
    speed = wanted;
    res.send_status(204);
  });
  server.get("/watch", [&](http::Request&, http::Response& res) { watchers.add(res.event_stream()); });

  if (!server.start()) {
    std::cerr << server.start_error() << '\n';
    return 2;
  }
  std::thread serving([&] { server.run(); });
  std::cout << "listening on " << server.url() << std::endl;

  const timespec tick{0, 20'000'000};
  while (sigtimedwait(&signals, nullptr, &tick) < 0) {  // the simulation
    position += speed;
    const std::string now = std::to_string(position);
    watchers.send({.data = now, .name = "moved"});  // any thread
  }
  server.drain();  // what is under way ends, the watchers are let go; then `run` returns
  serving.join();
}
