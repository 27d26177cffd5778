// SPDX-License-Identifier: MIT
// A Socket.IO chat for any socket.io-client: rooms, typed arguments, a returned value is the ack.
//   chat [port]
#include <duplex/duplex.h>
#include <duplex/sio.h>

#include <cstdlib>
#include <iostream>
using namespace duplex;

int main(int argc, char** argv) {
  Server server({.port = argc > 1 ? std::atoi(argv[1]) : 3000, .host = "127.0.0.1"});
  sio::Io& io = server.io();

  io.on("join", [](sio::Socket& socket, std::string_view room) {
    socket.join(room);
    socket.to(room).emit("joined", socket.id());
    return socket.rooms().size();
  });
  io.on("say", [](sio::Socket& socket, std::string_view room, json::View text) {
    socket.to(room).emit("said", socket.id(), text);  // passed on without re-encoding
  });
  io.on_disconnect([&](sio::Socket& socket, const sio::Disconnect& why) {
    std::cout << socket.id() << " left: " << why.reason << std::endl;
  });
  return run(server, [&] { std::cout << "listening on " << server.url() << std::endl; });
}
