// SPDX-License-Identifier: MIT
#pragma once
#include <netinet/in.h>

#include <memory>
#include <vector>

#include "app/bench/connection.h"
#include "app/bench/crew.h"
#include "app/bench/findings.h"
#include "app/bench/options.h"
#include "app/bench/progress.h"
#include "app/bench/schedule.h"
#include "protocol/ws/deflate_contexts.h"
#include "protocol/ws/handshake.h"

namespace duplex::bench {

/// Plays one scenario against a server: opens the connections, warms up, measures, waits for what is outstanding,
/// closes. One thread, one epoll, one read and one send per readable connection, no allocation per message.
/// Over long-polling a client has two connections, of HTTP: a POST carries what has gathered while the one before was
/// on its way, a poll brings what has gathered at the server.
class Generator {
 public:
  explicit Generator(const Options& options, const Seat& seat = {});
  ~Generator();
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  Findings run();

 private:
  // generator.cpp: the phases of a run
  void look_at_server();
  void open_all();
  void warm_up();
  void measure();
  std::uint64_t meet();
  void begin_window();
  void end_window();
  void drain();
  void close_all();
  bool running() const noexcept;
  void turn(std::uint64_t until_ns);
  void tick();
  void handle(std::uint64_t mark, std::uint32_t events);
  void fail(std::string why);
  void lost(Connection& connection, std::string_view why);
  void let_go(Connection& connection);
  std::size_t number_of(const Connection& connection) const noexcept;

  // generator_opening.cpp: from nothing to an open connection
  bool resolve();
  bool open_pipe(Connection& connection, Pipe& pipe, std::uint64_t mark);
  bool raise_descriptor_limit();
  bool prepare_tls();
  void prepare_request();
  void begin(Connection& connection);
  void bind_source(Connection& connection, const Pipe& pipe);
  void connected(Connection& connection, bool failed);
  void secure(Connection& connection);
  void upgrade(Connection& connection);
  Bytes take_head(Connection& connection, Bytes bytes);
  void greet(Connection& connection, std::string_view packet);
  void opened(Connection& connection);
  void shaken(Connection& connection);

  // generator_polling.cpp: Engine.IO over HTTP
  void begin_polling(Connection& connection);
  void ask_for(Connection& connection, Lane& lane);
  void open_lane(Connection& connection, Lane& lane);
  void handle_lane(Connection& connection, std::uint64_t mark, std::uint32_t events);
  void secure_lane(Connection& connection, Lane& lane);
  void flush_lane(Connection& connection, Lane& lane);
  void read_lane(Connection& connection, Lane& lane, bool ended);
  void lane_ended(Connection& connection, Lane& lane, const Moved& moved);
  void answered(Connection& connection, Lane& lane, const HttpAnswer& answer);
  void begin_session(Connection& connection, std::string_view handshake);
  void take_payload(Connection& connection, std::string_view payload);
  void poll(Connection& connection);
  void post(Connection& connection);
  void close_lane(Lane& lane);
  void end_polling(Connection& connection);
  std::uint64_t mark_of(const Connection& connection, const Lane& lane) const noexcept;

  // generator_upgrade.cpp: from long-polling to WebSocket
  void begin_upgrade(Connection& connection);
  void take_probe_answer(Connection& connection, std::string_view packet);
  void switch_over(Connection& connection);

  // generator_traffic.cpp, generator_http.cpp: what an open connection does
  void start_traffic();
  std::uint64_t first_due() const noexcept;
  void readable(Connection& connection, bool ended);
  void take(Connection& connection, Bytes bytes);
  void take_messages(Connection& connection, const Arrival& arrival);
  void take_answers(Connection& connection, Bytes bytes);
  bool take_answer_head(Connection& connection, Bytes& bytes);
  void ask(Connection& connection, std::uint64_t count, std::uint64_t now);
  void take_packet(Connection& connection, std::string_view packet);
  void queue(Connection& connection, std::uint64_t count, std::uint64_t now);
  void say(Connection& connection, std::string_view packet);
  void urgent(Connection& connection, ws::Opcode opcode, ConstBytes payload);
  void say_goodbye(Connection& connection);
  void flush(Connection& connection);
  void flush_websocket(Connection& connection);
  void send_due();
  void publish_round(std::size_t publisher);
  void round_over(std::size_t publisher);
  void take_wakes();
  std::uint64_t expected_total() const noexcept;
  Connection* sender_of(std::uint64_t message) noexcept;
  std::size_t publisher_of(const Connection& connection) const noexcept;

  const Options options_;
  const Seat seat_;
  const std::vector<Unit> units_;
  ws::DeflateContexts contexts_;
  Expected expected_;
  std::vector<Cycle> plain_;   // what each publisher sends; of the first also everyone who sends in other modes
  std::vector<Cycle> packed_;  // the same, compressed
  std::vector<Connection> connections_;
  std::vector<Connection*> waiting_;  // with something to send, at the end of the turn
  Buffer scratch_;                    // what was read last
  int epoll_ = -1;

  sockaddr_storage server_{};
  socklen_t server_size_ = 0;
  std::unique_ptr<SSL_CTX, FreeSsl> tls_;
  ws::DeflateOptions deflate_{};
  ws::ClientHandshake request_;
  ws::ClientKey key_{};
  std::string path_, host_header_;
  Buffer request_bytes_;
  std::string polling_path_, handshake_request_;  // long-polling
  Buffer payload_;                                // of the POST that is being made
  std::optional<std::string> content_;            // HTTP: the content that answers have, known from the first of them
  std::optional<std::size_t> content_size_;       // as its head said

  Progress progress_;
  Findings found_;
  Schedule schedule_;
  std::uint64_t met_ = 0;           // when the others had come to the meeting; 0: they have not
  std::uint64_t began_ = 0;         // the load
  std::uint64_t now_ = 0;           // of this turn
  std::uint64_t next_message_ = 0;  // open loop: the next to be sent
  std::optional<Rounds> own_rounds_;
  Rounds& rounds_;  // broadcast
  std::uint64_t expected_total_ = 0, received_total_ = 0;
  std::uint64_t last_progress_ = 0, last_tick_ = 0, next_tick_ = 0, next_shown_ = 0;
  std::uint64_t window_began_ = 0, counted_at_tick_ = 0, own_cpu_before_ = 0;
  std::size_t begun_ = 0, in_making_ = 0, alive_ = 0;
  std::optional<ProcessSample> server_before_, own_before_;
  const char* phase_ = "connecting";
  bool sending_ = false, measuring_ = false, failed_ = false;
};

/// Nanoseconds of CLOCK_MONOTONIC.
std::uint64_t clock_ns() noexcept;

}  // namespace duplex::bench
