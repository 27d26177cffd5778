// SPDX-License-Identifier: MIT
// TLS: wss:// and https:// with a certificate of yours, or a throw-away one for localhost when none is named.
// `kill -HUP` makes it read the certificate again; open connections go on.
//   tls [port [cert.pem key.pem]]
#include <duplex/duplex.h>

#include <cstdlib>
#include <iostream>
using namespace duplex;

int main(int argc, char** argv) {
  const bool given = argc > 3;
  Server server({.port = argc > 1 ? std::atoi(argv[1]) : 3443,
                 .host = "127.0.0.1",
                 .threads = 2,
                 .tls = {.cert_file = given ? argv[2] : "", .key_file = given ? argv[3] : "", .self_signed = !given}});
  server.get("/", [](http::Request& req, http::Response& res) {
    res.type("txt").send(req.is_secure() ? "over TLS\n" : "in the clear\n");
  });
  server.ws("/echo", {.on_message = [](ws::Socket& socket, ws::Message message) { socket.send(message); },
                      .protocols = {"echo.v1"},
                      .origins = {"https://example.org"}});
  return run(server, [&] { std::cout << "listening on " << server.url() << std::endl; });
}
