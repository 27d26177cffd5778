// SPDX-License-Identifier: MIT
#include "protocol/ws/message_encoder.h"

#include "protocol/ws/decoding.h"
#include "support/allocations.h"

using namespace duplex;
using namespace duplex::testing;
using ws::Opcode;

TEST_CASE("a server's frame is its header and the payload") {
  Buffer out;
  ws::encode(out, Opcode::text, as_bytes("Hello"));
  ws::encode(out, Opcode::binary, {});
  CHECK(to_vector(out) == hex("81 05 48656c6c6f 82 00"));
}

TEST_CASE("a client's frame is masked with the key that was given") {
  Buffer out;
  ws::encode(out, Opcode::text, as_bytes("Hello"), load_native<ws::MaskKey>(hex("37fa213d").data()));
  CHECK(to_vector(out) == hex("81 85 37fa213d 7f9f4d5158"));
}

TEST_CASE("what is encoded is decoded again, in both roles") {
  for (std::size_t size : {0u, 1u, 125u, 126u, 65535u, 65536u, 100'000u}) {
    const std::string payload(size, 'x');
    Buffer server, client;
    ws::encode(server, Opcode::text, as_bytes(payload));
    ws::encode(client, Opcode::text, as_bytes(payload), 0xdeadbeef);
    CHECK(decode({to_vector(server)}, ws::Role::client) == Decoded{{text(payload)}, {}});
    CHECK(decode({to_vector(client)}, ws::Role::server) == Decoded{{text(payload)}, {}});
    CHECK(server.size() == ws::frame_size(size, false));
    CHECK(client.size() == ws::frame_size(size, true));
  }
}

TEST_CASE("a frame is encoded into a warm buffer without an allocation") {
  const std::string payload(1000, 'x');
  Buffer out;
  ws::encode(out, Opcode::text, as_bytes(payload), 1);
  out.clear();
  CHECK(allocations_during([&] { ws::encode(out, Opcode::text, as_bytes(payload), 1); }) == 0);
}

TEST_CASE("a frame for many is written once, byte for byte as for one") {
  for (std::size_t size : {0u, 200u, 70'000u}) {
    const std::string payload(size, 'x');
    std::vector<std::byte> shared(ws::frame_size(size, false));
    CHECK(ws::write_frame(shared.data(), Opcode::binary, as_bytes(payload)) == shared.data() + shared.size());
    Buffer out;
    ws::encode(out, Opcode::binary, as_bytes(payload));
    CHECK(shared == to_vector(out));
    const ws::HeaderBytes header = ws::encode_header(Opcode::binary, size);
    CHECK(as_text(header.view()) == out.text().substr(0, out.size() - size));
  }
  std::vector<std::byte> compressed(4);
  ws::write_frame(compressed.data(), Opcode::text, as_bytes("ab"), true);
  CHECK(compressed == hex("c1 02 6162"));
}

TEST_CASE("a ping or pong is cut to 125 bytes") {
  Buffer out;
  ws::encode_ping(out, as_bytes(std::string(126, 'x')));
  ws::encode_pong(out, as_bytes("x"), 7);
  CHECK(out.size() == 127 + 7);
  out.truncate(127);
  CHECK(decode({to_vector(out)}, ws::Role::client) == Decoded{{ping(std::string(125, 'x'))}, {}});
}

TEST_CASE("a close frame carries code and reason, or neither where the code may not be sent") {
  const auto encoded = [](std::uint16_t code, std::string_view reason) {
    Buffer out;
    ws::encode_close(out, code, reason);
    return decode({to_vector(out)}, ws::Role::client);
  };
  CHECK(encoded(1000, "bye") == Decoded{{closing(1000, "bye")}, {}});
  CHECK(encoded(4999, "") == Decoded{{closing(4999)}, {}});
  for (int code : {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535}) {
    CHECK(encoded(static_cast<std::uint16_t>(code), "x") == Decoded{{closing(1005)}, {}});
  }
}

TEST_CASE("a close reason is cut to 123 bytes between two characters") {
  CHECK(ws::trimmed_close_reason("bye") == "bye");
  CHECK(ws::trimmed_close_reason(std::string(123, 'x')).size() == 123);
  CHECK(ws::trimmed_close_reason(std::string(124, 'x')).size() == 123);
  std::string umlauts;
  while (umlauts.size() < 124) umlauts += "\xc3\xa4";
  CHECK(ws::trimmed_close_reason(umlauts).size() == 122);
  Buffer out;
  ws::encode_close(out, 1000, umlauts);
  CHECK(decode({to_vector(out)}, ws::Role::client) ==
        Decoded{{closing(1000, std::string_view(umlauts).substr(0, 122))}, {}});
}
