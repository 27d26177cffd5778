// SPDX-License-Identifier: MIT
// A chat for Socket.IO clients: rooms, typed arguments; a returned value is the ack.
#include <duplex/duplex.h>
using namespace duplex;

int main() {
  Server server({.port = 3000});
  sio::Io& io = server.io();

  io.on("join", [](sio::Socket& socket, std::string_view room) {
    socket.join(room);
    socket.to(room).emit("joined", socket.id());
    return socket.rooms().size();
  });
  io.on("say", [](sio::Socket& socket, std::string_view room, json::View text) {
    socket.to(room).emit("said", socket.id(), text);  // `text` is passed on without re-encoding
  });
  return run(server);
}
