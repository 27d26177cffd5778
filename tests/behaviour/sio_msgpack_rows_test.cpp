// SPDX-License-Identifier: MIT
// Rows S1-S13 of the catalogue of bad input once more, over MessagePack: what a client may not say, and that it harms
// nobody else. What has to do with attachments (S4, S5, S7) does not exist here.
#include <algorithm>

#include "support/sio_parser.h"

using namespace duplex;
using namespace duplex::testing;

namespace {

// Keys and values that packets share.
const std::string type = "a474797065", data = "a464617461", nsp = "a36e7370", id = "a26964", root = "a12f";
std::string event(std::string_view more) { return "84" + type + "02" + nsp + root + std::string(more); }
std::string event_of(std::string_view args) { return "83" + type + "02" + nsp + root + data + std::string(args); }

/// After CONNECT, the bytes end the connection, no handler is called, the log has one line that says why, and another
/// client goes on.
void check_closes(std::string_view digits, std::string_view why, bool is_text = false) {
  CAPTURE(digits.substr(0, 200));
  int calls = 0;
  std::string reason;  // outlives the server
  SioServer server(with_msgpack(), {.log_level = LogLevel::debug});
  server.io.on_unhandled([&](sio::Socket&, std::string_view, json::View) { ++calls; });
  server.io.on_disconnect([&](sio::Socket&, std::string_view its_reason) { reason = its_reason; });
  server.io.on("alive", [] { return 1; });
  ParserClient other(server, "0");
  other.next();
  ParserClient client(server, "0");
  client.next();
  if (is_text)
    client.send_text(digits);
  else
    client.send_bytes(digits);
  CHECK(client.closed());
  CHECK(calls == 0);
  CHECK(reason == "forced close");
  CHECK(server.server.logged("a connection is closed: " + std::string(why)));
  const auto& log = server.server.log();
  CHECK(std::count_if(log.begin(), log.end(),
                      [](const std::string& line) { return line.find("is closed") != line.npos; }) == 1);
  CHECK(other.ask(R"(20["alive"])") == "30[1]");
}

}  // namespace

TEST_CASE("S1, msgpack: an event without a name that is allowed closes the connection") {
  const auto misfit = "the payload does not fit the type of the packet";
  for (const char* args : {"90", "91 c0", "91 80", "91 c3", "80", "a173", "c0", "d40000", "c40161"})
    check_closes(event_of(args), misfit);
  check_closes("82" + type + "02" + nsp + root, misfit);  // JSON's `42` is ignored; here, as in Node, it is an error
  for (const char* name : {"a7 636f6e6e656374", "aa 646973636f6e6e656374", "ae 72656d6f76654c697374656e6572"})
    check_closes(event_of("91" + std::string(name)), "the name of the event is reserved");
  SioServer server(with_msgpack());
  server.io.on("error", [] { return "an ordinary event"; });
  server.io.on("5", [] { return "a number"; });
  ParserClient client(server, "0");
  client.next();
  CHECK(client.ask(R"(20["error"])") == R"(30["an ordinary event"])");
  CHECK(client.ask(R"(21[5])") == R"(31["a number"])");
}

TEST_CASE("S2, msgpack: an ack id that JavaScript cannot count closes the connection") {
  for (const char* wrong : {"cf 0020000000000000", "cf ffffffffffffffff", "ff", "cb 3ff8000000000000",
                            "cb 7ff0000000000000", "a137", "c0", "90"})
    check_closes(event(id + wrong + data + "91 a178"), "the ack id is not an integer of at most 2^53 - 1");
}

TEST_CASE("S3, msgpack: acks that nobody waits for are counted and ignored; more than 1,000 a minute close") {
  SioServer server(with_msgpack());
  sio::Handle handle;
  server.io.on_connect([&](sio::Socket& socket) { handle = socket.handle(); });
  ParserClient client(server, "0");
  client.next();
  int answers = 0;
  handle.with([&](sio::Socket& socket) {
    socket.emit("q", sio::within(5s, [&](Result<json::View> answer) { answers += bool(answer); }));
  });
  server.server.run();
  CHECK(client.next() == R"(20["q"])");
  client.send("30[1]");
  client.send("30[1]");
  client.send("377[1]");
  CHECK(answers == 1);
  CHECK(server.io.stats().stray_acks == 2);
  for (int i = 0; i < 1'000; ++i) client.send("377[1]");
  CHECK(client.closed());
}

TEST_CASE("S6, msgpack: a map that looks like a placeholder is a map; binaries stand where they stand") {
  SioServer server(with_msgpack());
  server.io.on("x", [](json::View a, json::View b) { return std::vector<bool>{a.is_binary(), b.is_binary()}; });
  server.io.on("echo", [](sio::Rest all, sio::Ack ack) { ack(all); });
  ParserClient client(server, "0");
  client.next();
  client.send_bytes(event(id + "00" + data + "93 a178 c40161 82 ac5f706c616365686f6c646572 c3 a36e756d 00"));
  CHECK(client.next() == "30[[true,false]]");
  const std::vector<json::Binary> binaries = {as_bytes("abc"), as_bytes("")};
  CHECK(client.ask(R"(52-1["echo",{"deep":[{"_placeholder":true,"num":1}]},{"_placeholder":true,"num":0}])",
                   binaries) == R"(31[{"deep":[{"_placeholder":true,"num":0}]},{"_placeholder":true,"num":1}])");
  REQUIRE(client.binaries().size() == 2);
  CHECK(as_text(client.binaries()[0]).empty());
  CHECK(as_text(client.binaries()[1]) == "abc");
}

TEST_CASE("S7, msgpack: text, and bytes that are no MessagePack, close the connection; a packet is never half here") {
  check_closes(R"(2["x"])", "text where the server's parser takes bytes: does the client have the same parser?", true);
  check_closes("c1", "the byte 0xc1, which begins no MessagePack value");
  check_closes(event_of("91 a178") + "00", "bytes follow the MessagePack value");
  const std::string whole = event_of("92 a178 a3616263");
  for (std::size_t size = 2; size < whole.size(); size += 10)
    check_closes(whole.substr(0, whole.find(' ') < size ? 2 : size), "the MessagePack ends within a value");
  check_closes("c403616263", "unknown packet type");
}

TEST_CASE("S8, msgpack: depth and lengths are bounded before anything is kept; odd values pass") {
  std::string deep = "92 a178";
  for (int i = 0; i < 50'000; ++i) deep += "91";
  check_closes(event_of(deep + "c0"), "the payload is nested too deep");
  for (const char* args : {"dd ffffffff", "df ffffffff", "92 a178 df 80000000 a161 01", "92 a178 c6 ffffffff 00",
                           "92 a178 db ffffffff 61"})
    check_closes(event_of(args), "the MessagePack ends within a value");
  check_closes(event_of("92 a178 a1ff"), "a MessagePack string is not UTF-8");
  check_closes(event_of("92 a178 81 c0 01"), "the key of a MessagePack map is neither a string nor an integer");
  std::string many = "dc 03ea a178";
  for (int i = 0; i < 1'001; ++i) many += "c400";
  check_closes(event_of(many), "too many binaries in one packet");

  SioServer server(with_msgpack());
  server.io.on("x", [](json::View value) { return value; });
  ParserClient client(server, "0");
  client.next();
  for (const auto& [digits, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"cb 7ff0000000000000", "null"},
           {"a100", R"("\u0000")"},
           {"82 a161 01 a161 02", R"({"a":1,"a":2})"},
           {"82 a95f5f70726f746f5f5f 81a16101 a162 02", R"({"b":2})"},
           {"cf ffffffffffffffff", "18446744073709551615"},
           {"d7 00 0000000000000000", R"("1970-01-01T00:00:00.000Z")"}}) {
    client.send_bytes(event(id + "00" + data + "92 a178" + digits));
    CHECK(client.next() == "30[" + std::string(value) + "]");
  }
}

TEST_CASE("S9, msgpack: a connection is in 64 namespaces at most") {
  SioServer server(with_msgpack());
  server.io.of(sio::matching("/n-*"));
  ParserClient client(server);
  for (int i = 0; i < 64; ++i) {
    const std::string name = "/n-" + std::to_string(i);
    CHECK(client.ask("0" + name + ",").starts_with("0" + name + ",{\"sid\""));
  }
  CHECK(client.ask("0/n-65,") == R"(4/n-65,{"message":"Too many namespaces"})");
}

TEST_CASE("S10, msgpack: a namespace that is too long or odd closes the connection, and nothing long is echoed") {
  for (const char* name :
       {"a0", "a178", "a6 2f613f623d31", "a7 2f2e2e2f657463", "a4 2f610062", "05", "c0", "90", "a3 2f61ff"}) {
    SioServer server(with_msgpack());
    ParserClient client(server);
    client.send_bytes("82" + type + "00" + nsp + name);
    CHECK(client.closed());
  }
  for (const std::size_t size : {400, 600}) {
    SioServer server(with_msgpack());
    ParserClient client(server);
    CHECK(client.ask("0/" + std::string(size, 'y') + ",").starts_with("close"));
  }
  SioServer server(with_msgpack());
  ParserClient client(server);
  CHECK(client.ask("0/unknown,") == R"(4/unknown,{"message":"Invalid namespace"})");
}

TEST_CASE("S11, msgpack: what is said outside of a namespace is never handled") {
  SioServer server(with_msgpack());
  int calls = 0;
  server.io.on("x", [&] { ++calls; });
  server.io.on("leave me", [](sio::Socket& socket) { socket.disconnect(); });
  ParserClient before(server);
  before.send(R"(2["x"])");
  CHECK(before.closed());

  ParserClient after(server, "0");
  after.next();
  after.send("1");
  after.send(R"(2["x"])");
  CHECK(after.closed());

  ParserClient refusing(server, "0");
  refusing.next();
  refusing.send(R"(4{"message":"no"})");
  CHECK(refusing.closed());

  ParserClient left(server, "0");
  left.next();
  CHECK(left.ask(R"(2["leave me"])") == "1");
  left.send(R"(2["x"])");
  CHECK(left.ask("0").starts_with("0{"));

  ParserClient twice(server, "0");
  twice.next();
  twice.send("0");
  CHECK(twice.next() == "");
  CHECK(calls == 0);
}

TEST_CASE("S12, msgpack: a connection that enters no namespace is closed after 20 s") {
  SioServer server(with_msgpack());
  ParserClient client(server);
  server.server.advance(19s);
  CHECK(client.next() == "");
  server.server.advance(2s);
  CHECK(client.closed());
}

TEST_CASE("S13, msgpack: auth that is no map closes the connection; binaries in it are kept as Node's JSON has them") {
  for (const char* auth : {"91 01", "a178", "c0", "05", "c40161", "d7000000000000000000"}) {
    SioServer server(with_msgpack());
    ParserClient client(server);
    client.send_bytes("83" + type + "00" + nsp + root + data + auth);
    CHECK(client.closed());
  }
  sio::Options options = with_msgpack();
  options.recovery.enabled = true;
  SioServer server(std::move(options));
  std::string auth;
  server.io.use([&](sio::Handshake& hs) {
    auth = hs.auth().text();
    return sio::accept;
  });
  ParserClient client(server);
  CHECK(client.ask(R"(0{"pid":7,"offset":{}})").starts_with(R"(0{"sid":")"));
  ParserClient other(server);
  other.send_bytes("83" + type + "00" + nsp + root + data + "81 a16b c402 01ff");
  CHECK(other.next().starts_with("0{"));
  CHECK(auth == R"({"k":{"type":"Buffer","data":[1,255]}})");
}

TEST_CASE("A3, msgpack: a refusal has its data, and the fifth ends the connection") {
  SioServer server(with_msgpack());
  server.io.use([](sio::Handshake& hs) {
    return hs.auth("token") == "secret" ? sio::accept : sio::refuse("not authorised", json::object("code", 7));
  });
  ParserClient client(server);
  for (int i = 0; i < 5; ++i)
    CHECK(client.ask(R"(0{"token":"guess"})") == R"(4{"message":"not authorised","data":{"code":7}})");
  CHECK(client.closed());
  ParserClient friendly(server);
  CHECK(friendly.ask(R"(0{"token":"secret"})").starts_with("0{"));
}
