// SPDX-License-Identifier: MIT
// A namespace that lets a test drive the server: every call is an event whose last argument is an ack.
#include <duplex/sio_admin.h>

#include "suites.h"

namespace duplex::conformance {
namespace {

using Names = std::vector<std::string>;

/// One name, a list of them, or nothing.
Names names_in(json::View value) {
  if (value.is_string()) return {value.as<std::string>().value_or(std::string())};
  return value.as<std::optional<Names>>().value_or(std::nullopt).value_or(Names());
}

bool flag(json::View target, std::string_view name) { return target[name].text() == "true"; }

/// `{to, in, except, local, compress, from}`: everyone, or (`from: "socket"`) all but the caller.
sio::Broadcast reach(sio::Namespace& driver, sio::Socket& socket, json::View target) {
  sio::Broadcast reached = target["from"] == "socket" ? socket.broadcast() : driver.all();
  for (const auto& room : names_in(target["to"])) reached = std::move(reached).to(room);
  for (const auto& room : names_in(target["in"])) reached = std::move(reached).in(room);
  for (const auto& room : names_in(target["except"])) reached = std::move(reached).except(room);
  if (flag(target, "local")) reached = reached.local();
  if (target["compress"].is_bool()) reached = reached.compress(flag(target, "compress"));
  return reached;
}

/// What `fetchSockets` tells of one.
json::Text describe(const sio::RemoteSocket& remote) {
  return json::object("id", remote.id, "rooms", remote.rooms, "data", remote.data);
}

/// Does something for each room, and answers when the last is done.
template <class Act>
void for_rooms(json::View rooms, sio::Ack ack, Act act) {
  const Names names = names_in(rooms);
  if (names.empty()) return ack();
  struct Left {
    std::size_t count;
    sio::Ack ack;
  };
  const auto left = std::make_shared<Left>(Left{names.size(), std::move(ack)});
  for (const auto& room : names)
    act(room, [left] {
      if (--left->count == 0) left->ack();
    });
}

void add_rooms(sio::Namespace& driver) {
  driver.on("join", [](sio::Socket& socket, json::View rooms, sio::Ack ack) {
    for (const auto& room : names_in(rooms)) socket.join(room);
    ack();
  });
  driver.on("leave", [](sio::Socket& socket, json::View rooms, sio::Ack ack) {
    for (const auto& room : names_in(rooms)) socket.leave(room);
    ack();
  });
  driver.on("rooms", [](sio::Socket& socket, sio::Ack ack) { ack(socket.rooms()); });
  driver.on("socketsJoin", [&driver](sio::Socket& socket, json::View target, json::View rooms, sio::Ack ack) {
    const auto reached = reach(driver, socket, target);
    for_rooms(rooms, std::move(ack), [&](const std::string& room, auto done) { reached.join(room, std::move(done)); });
  });
  driver.on("socketsLeave", [&driver](sio::Socket& socket, json::View target, json::View rooms, sio::Ack ack) {
    const auto reached = reach(driver, socket, target);
    for_rooms(rooms, std::move(ack), [&](const std::string& room, auto done) { reached.leave(room, std::move(done)); });
  });
}

void add_emits(sio::Namespace& driver) {
  driver.on("emit", [&driver](sio::Socket& socket, json::View target, std::string_view event, sio::Rest arguments,
                              sio::Ack ack) {
    const auto reached = reach(driver, socket, target);
    if (flag(target, "volatile"))
      reached.volatile_emit(event, arguments);
    else
      reached.emit(event, arguments);
    ack();
  });
  driver.on("emitWithAck", [&driver](sio::Socket& socket, json::View target, int timeout, std::string_view event,
                                     sio::Rest arguments, sio::Ack ack) {
    auto answered = [ack = std::move(ack)](const sio::Answers& answers) mutable {
      std::vector<json::View> responses;
      for (const sio::Answer& answer : answers.list) responses.push_back(answer.first());
      std::optional<std::string> error;
      if (answers.error) error = answers.error == Errc::timeout ? "operation has timed out" : answers.error.message();
      ack(json::object("responses", responses, "error", error));
    };
    reach(driver, socket, target)
        .emit(event, arguments, sio::gather(std::chrono::milliseconds(timeout), std::move(answered)));
  });
  driver.on("serverSideEmit", [&driver](std::string_view event, sio::Rest arguments, sio::Ack ack) {
    driver.server_side_emit(event, arguments);
    ack();
  });
  driver.on_server_side([&driver](std::string_view, json::View arguments) {
    sio::Rest rest;
    for (const json::View each : arguments.elements()) rest.values.push_back(each);
    driver.local().emit("server-side", rest);
  });
}

void add_sockets(sio::Namespace& driver, sio::Io& io) {
  driver.on("fetchSockets", [&driver](sio::Socket& socket, json::View target, sio::Ack ack) {
    reach(driver, socket, target).fetch([ack = std::move(ack)](std::vector<sio::RemoteSocket> found) mutable {
      std::vector<json::Text> list;
      for (const auto& remote : found) list.push_back(describe(remote));
      ack(list);
    });
  });
  driver.on("disconnectSockets", [&driver](sio::Socket& socket, json::View target, bool close, sio::Ack ack) {
    ack();
    reach(driver, socket, target).disconnect(close);
  });
  driver.on("disconnectMe",
            [](sio::Socket& socket, std::optional<bool> close) { socket.disconnect(close.value_or(false)); });
  driver.on("setData", [](sio::Socket& socket, json::View value, sio::Ack ack) {
    socket.set_data(value);
    ack();
  });
  driver.on("stats", [&io](sio::Ack ack) {
    const sio::Stats stats = io.stats();
    ack(json::object("sockets", stats.sockets, "rooms", stats.rooms, "sessions", stats.sessions, "pendingAcks",
                     stats.pending_acks));
  });
}

}  // namespace

int run_driver(const SuiteOptions& options) {
  Server server(server_options(options));
  sio::Options io_options;
  io_options.engine = engine_options(options);
  io_options.engine.hard_limit = 16 * 1024 * 1024;
  io_options.engine.per_message_deflate.enabled = options.deflate;
  io_options.engine.origins = {"*"};
  if (!options.cors.empty())
    io_options.engine.cors = {.origins = {options.cors}, .exposed_headers = "ETag", .credentials = true};
  io_options.serve_client = options.serve_client;
  io_options.recovery.enabled = true;
  io_options.parser = parser_of(options);
  sio::Io& io = server.io(std::move(io_options));
  sio::Namespace& driver = io.of("/driver");
  driver.on_connect([](sio::Socket& socket) {
    socket.emit("hello", json::object("id", socket.id(), "recovered", socket.recovered()));
  });
  add_rooms(driver);
  add_emits(driver);
  add_sockets(driver, io);
  if (!options.admin_mode.empty())
    sio::instrument(
        io, {.password_hash = options.admin_hash,
             .mode = options.admin_mode == "production" ? sio::AdminMode::production : sio::AdminMode::development,
             .read_only = options.admin_read_only});
  return serve(server);
}

}  // namespace duplex::conformance
