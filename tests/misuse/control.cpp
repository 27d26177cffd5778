// expect: success
// SPDX-License-Identifier: MIT
#include <duplex/sio_bind.h>
#include <duplex/task.h>
using namespace duplex;
struct Move {
  int x, y;
  std::optional<std::string> note;
  friend void duplex_fields(json::Fields& f, Move& m) { f("x", m.x)("y", m.y)("note", m.note); }
};
void f() {
  (void)sio::bind([](sio::Socket&, std::string_view, Move move, json::View, std::optional<int>) { return move; });
  (void)sio::bind([](const std::string&, std::vector<Move>, sio::Ack ack) { ack(json::object("ok", true)); });
  (void)sio::bind([](std::string name) -> Task<std::string> { co_return name; });
}
