// SPDX-License-Identifier: MIT
// Servers whose packets are not Socket.IO's JSON: a parser of a test's own, and what msgpack costs.
#include "support/sio_parser.h"
#include "support/allocations.h"
#include "support/eio.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

/// JSON lines for people: "2 / 7 [\"say\",1]", and each binary as its size. As wrong as it is asked to be.
class LineParser final : public sio::Parser {
 public:
  std::error_code decode(ws::Message message, const sio::ParserLimits&, sio::Parsed& out) const override {
    std::string_view rest = message.text();
    const auto word = [&rest] {
      const auto space = std::min(rest.find(' '), rest.size());
      const auto found = rest.substr(0, space);
      rest.remove_prefix(std::min(space + 1, rest.size()));
      return found;
    };
    const auto type = word();
    if (type.empty()) return make_error_code(Errc::bad_argument);
    out.packet.type = static_cast<sio::PacketType>(type.front() - '0');
    out.packet.nsp = word();
    const auto number = word();
    if (number != "-") out.packet.id = static_cast<std::uint64_t>(number.front() - '0');
    out.packet.payload = rest;
    if (rest.find("_placeholder") != rest.npos) out.binaries.push_back(as_bytes("abc"));
    return {};
  }
  Form encode(const sio::Packet& packet, std::span<const json::Binary> binaries, std::string& out) const override {
    ++encoded;
    out += std::to_string(static_cast<int>(packet.type));
    out.append(" ").append(packet.nsp).append(" ");
    out += packet.id ? std::to_string(*packet.id) : "-";
    out.append(" ").append(packet.payload);
    for (const json::Binary each : binaries) out += " " + std::to_string(each.size());
    return Form::text;
  }
  mutable int encoded = 0;
};

struct LineServer {
  explicit LineServer(sio::Options options = {})
      : parser(std::make_shared<LineParser>()), server([&] {
          options.parser = parser;
          return std::move(options);
        }()) {}
  std::shared_ptr<LineParser> parser;
  SioServer server;
};

}  // namespace

TEST_CASE("a parser of one's own: packets are its text, and handlers notice nothing") {
  LineServer line;
  line.server.io.on("sum", [](int a, int b) { return a + b; });
  line.server.io.on("size", [](json::Binary bytes) { return bytes.size(); });
  line.server.io.on("back", [](sio::Socket& socket, json::Binary bytes) { socket.emit("bytes", bytes, 1); });
  SioClient client(line.server, " / -");
  CHECK(client.closed());
  SioClient good(line.server);
  CHECK(good.ask("0 / - ").starts_with("0 / - {\"sid\":\""));
  CHECK(good.ask(R"(2 / 7 ["sum",1,2])") == "3 / 7 [3]");
  CHECK(good.ask(R"(2 / 8 ["size",{"_placeholder":true,"num":0}])") == "3 / 8 [3]");
  CHECK(good.ask(R"(2 / - ["back",{"_placeholder":true,"num":0}])") ==
        R"(2 / - ["bytes",{"_placeholder":true,"num":0},1] 3)");
  CHECK(good.ask("0 /x - ") == R"(4 /x - {"message":"Invalid namespace"})");
}

TEST_CASE("a parser of one's own: what it lets through is checked before anybody hears it") {
  for (const char* packet :
       {"2 / - [\"say\"", "2 / - {}", "2 / - [\"connect\"]", "2 / - ", "9 / - []", "2 x - [\"say\"]",
        "2 / - [\"\xc3\x28\"]", R"(2 / - ["say",{"_placeholder":true,"num":1}])", " "}) {
    CAPTURE(packet);
    LineServer line;
    int calls = 0;
    line.server.io.on_unhandled([&](sio::Socket&, std::string_view, json::View) { ++calls; });
    SioClient client(line.server, "0 / - ");
    client.next();
    client.send(packet);
    CHECK(client.closed());
    CHECK(calls == 0);
  }
}

TEST_CASE("a parser encodes a broadcast once, whoever hears it, and recovery's offset with it") {
  sio::Options options;
  options.recovery.enabled = true;
  LineServer line(std::move(options));
  std::vector<std::unique_ptr<SioClient>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<SioClient>(line.server, "0 / - "));
    clients.back()->next();
  }
  line.parser->encoded = 0;
  line.server.io.emit("news", 7);
  line.server.server.run();
  CHECK(line.parser->encoded == 1);
  for (const auto& client : clients) {
    const std::string packet = client->next();
    CHECK(packet.starts_with(R"(2 / - ["news",7,")"));
    CHECK(packet.ends_with("-1\"]"));
  }
}

TEST_CASE("msgpack: by polling, packets are base64 both ways, and a broadcast is one of them") {
  SioServer server(with_msgpack());
  server.io.on("all", [&](json::View value) { server.io.emit("news", value); });
  const auto ask = [&](std::string_view method, std::string_view target, std::string_view body = {}) {
    net::MemoryPeer peer = server.server.connect();
    return parse_answer(server.server.ask(peer, http_request(method, target, body)));
  };
  const std::string open = ask("GET", eio_polling).body;
  const std::string url = std::string(eio_polling) + "&sid=" + field(open, "sid");
  CHECK(ask("POST", url, "bg6R0eXBlAKNuc3ChLw==").status == 200);  // a packet that is cut off: the session is closed
  CHECK(ask("GET", url).status == 400);

  const std::string again = std::string(eio_polling) + "&sid=" + field(ask("GET", eio_polling).body, "sid");
  CHECK(ask("POST", again, "bgqR0eXBlAKNuc3ChLw==").body == "ok");  // {type: 0, nsp: "/"}
  CHECK(ask("GET", again).body.starts_with("bg6R0eXBlAKRkYXRhgqNzaW"));
  CHECK(ask("POST", again, "bg6R0eXBlAqRkYXRhkqNhbGwHo25zcKEv").body == "ok");  // {type: 2, data: ["all", 7], nsp: "/"}
  CHECK(ask("GET", again).body == "bg6R0eXBlAqRkYXRhkqRuZXdzB6Nuc3ChLw==");     // {…, data: ["news", 7], …}
}

TEST_CASE("msgpack: a client that was cut off comes back with what it missed") {
  sio::Options options = with_msgpack();
  options.recovery.enabled = true;
  SioServer server(std::move(options));
  ParserClient client(server, "0");
  const std::string connect = client.next();
  const std::string pid = field(connect, "pid"), sid = field(connect, "sid");
  server.io.emit("one", 1);
  server.server.run();
  const std::string one = client.next();
  const std::string offset = one.substr(one.rfind(",\"") + 2, one.rfind('"') - one.rfind(",\"") - 2);
  client.reset();
  const std::vector<std::byte> bytes(3, std::byte{7});
  server.io.emit("two", json::Binary(bytes));
  server.server.run();
  ParserClient back(server, R"(0{"pid":")" + pid + R"(","offset":")" + offset + "\"}");
  CHECK(back.next().starts_with(R"(2["two",{"_placeholder":true,"num":0},")"));
  CHECK(back.binaries().size() == 1);
  CHECK(field(back.next(), "sid") == sid);
}

TEST_CASE("msgpack: an event, and the event or the ack that answers it, allocate nothing") {
  SioServer server(with_msgpack());
  server.io.on("m", [](sio::Socket& socket, json::View value) { socket.emit("m", value); });
  server.io.on("sum", [](std::string_view, int a, json::View) { return a + 1; });
  ParserClient client(server, "0");
  client.next();
  for (const char* packet :
       {R"(2["m",{"text":"hello everybody, whoever you are"}])", R"(212["sum","lobby",41,{"x":[1]}])"}) {
    const std::string frame = client_frame(ParserClient::encoded(packet), 2);
    std::size_t least = SIZE_MAX;
    for (int i = 0; i < 40; ++i) {
      client.peer().write(frame);
      least = std::min(least, allocations_during([&] { server.server.run(); }));
      CHECK_FALSE(client.peer().read().empty());
    }
    CHECK(least == 0);
  }
}
