// SPDX-License-Identifier: MIT
#pragma once
#include "connection/ws_endpoint.h"
#include "core/counter.h"
#include "protocol/eio/error.h"
#include "server/eio/admission.h"
#include "server/eio/engine.h"
#include "server/eio/session_table.h"
#include "server/http/http_connection.h"

namespace duplex::eio {

/// What the query of a request says.
struct Parameters {
  std::optional<Transport> transport;  ///< nothing: unknown
  std::string transport_text;
  std::optional<std::string_view> raw_sid;
  std::optional<std::string> decoded_sid;  ///< if that is another text
  int protocol = 0;                        ///< 3 or 4; 0: another
  bool base64 = false;
  bool jsonp = false;
  bool has_sid() const noexcept { return raw_sid.has_value(); }
  std::string_view sid() const noexcept { return decoded_sid ? std::string_view(*decoded_sid) : *raw_sid; }
};
/// Borrows from the query.
Parameters read_parameters(std::string_view query);
/// How the client of a handshake wants to speak; nothing if that is not spoken here.
std::optional<Dialect> dialect_for(const Parameters& parameters, const EngineOptions& options) noexcept;

/// An engine on one of its server's loops: answers the requests that come in there, and owns the sessions that live
/// there. The loop's thread, except where said.
class alignas(64) EngineLoop {
 public:
  EngineLoop(Engine& engine, net::Reactor& reactor, ws::WsLoop& ws, ws::Handlers& websocket, SessionTable& table);

  Engine& engine() const noexcept { return engine_; }
  const EngineOptions& options() const noexcept { return engine_.options(); }
  Handlers& handlers() const noexcept { return engine_.handlers(); }
  net::Reactor& reactor() const noexcept { return reactor_; }
  ws::DeflateContexts& deflate() noexcept { return endpoint_.loop.deflate(); }
  std::uint64_t sessions() const noexcept { return open_.get(); }  ///< Any thread.
  /// Of its WebSockets, which the loop's own counters leave out. Any thread.
  const ws::WsCounters& websocket_counters() const noexcept { return websocket_; }
  /// What has left in answers to polls. Any thread but for adding.
  struct Polled {
    Counter packets, bytes;
  };
  Polled& polled() noexcept { return polled_; }
  const Polled& polled() const noexcept { return polled_; }

  // -- requests (engine_requests.cpp, engine_upgrades.cpp)
  void on_request(http::Request& request, http::Response& response);
  void on_upgrade(http::Request& request, http::HttpConnection& connection);
  /// A body for a session begins to arrive; what is returned names the upload. Zero: nobody wants to know.
  std::uint64_t on_body_begin(const http::Request& request);
  void on_body_end(std::uint64_t upload, bool aborted);
  void close_all(std::string_view reason);
  /// Appends the handle bits of its open sessions.
  void collect(std::vector<std::uint64_t>& sessions);

  // -- for sessions
  bool may_upgrade() const noexcept { return engine_.may_upgrade(); }
  /// What the hooks add; `first`: it is the session's first answer.
  void add_headers(bool first, http::Reply& reply, LazyInfo& request);
  /// A hook may ask for the request of an answer that comes later.
  bool wants_requests() const noexcept;
  void answer_upload(Upload& upload, bool first);
  void refuse_unknown(http::Reply& reply, SessionRequest& request);
  void count_unclaimed(int change) noexcept { engine_.unclaimed().fetch_add(change, std::memory_order_relaxed); }
  /// A client has closed its session while no poll of its was open; `closing` is what it did so with.
  void part_with(const Sid& sid, Dialect dialect, std::unique_ptr<Upload> closing);
  void flush_later(std::uint64_t session);
  void forget(const Session& session);
  void bury(std::uint64_t session);
  std::uint64_t next_number() noexcept { return ++number_; }
  Buffer& send_scratch() noexcept { return send_scratch_; }
  Buffer& decode_scratch() noexcept { return decode_scratch_; }
  /// Room for an answer to a poll and for what waits for one; given back, it serves the next session that has none.
  Buffer take_payload() { return std::exchange(payload_, Buffer()); }
  void give_back(Buffer payload);
  Outgoing take_outgoing();
  void give_back(Outgoing outgoing);

 private:
  struct Refusal {
    Errc error;
    std::string message = {};  // of allow_request
    std::string context = {};
  };

  struct Farewell {
    Sid sid;
    Dialect dialect;
    std::unique_ptr<Upload> closing;
    net::TimerId timer;
  };

  void serve(SessionRequest& request, http::Reply reply);
  bool bid_farewell(SessionRequest& request, http::Reply& poll);
  std::optional<Dialect> end_farewell(std::string_view sid);
  void handshake(const http::Request& request, http::Response& response, std::optional<Dialect> dialect);
  void finish_handshake(http::Reply& reply, std::shared_ptr<const RequestInfo> info, std::optional<Dialect> dialect,
                        const Decision& decision);
  void admit(const std::shared_ptr<const RequestInfo>& info, const std::shared_ptr<AdmissionState>& state);
  void join(http::HttpConnection& connection, std::string_view sid, const std::shared_ptr<const RequestInfo>& info);
  void open_websocket(http::HttpConnection& connection, std::shared_ptr<const RequestInfo> info, Dialect dialect);
  void refuse_websocket(http::HttpConnection& connection, const std::shared_ptr<const RequestInfo>& info,
                        const Refusal& refusal);
  template <class Answer>
  void refuse(Answer& answer, LazyInfo info, const Refusal& refusal);
  void report(LazyInfo info, const Refusal& refusal);
  Refusal unsupported_version(const RequestInfo& request) const;
  bool origin_is_welcome(const http::Request& request) const;
  void arrived(std::uint64_t session, http::HttpConnection::Arrival arrival);
  void on_loop(Function<void()> fn);
  Session* find(std::string_view sid) const noexcept;
  std::string extra_headers(Session& session, const RequestInfo& request);
  void end_turn();
  void at_end_of_turn();

  Engine& engine_;
  net::Reactor& reactor_;
  ws::WsCounters websocket_;
  Polled polled_;
  ws::WsEndpoint endpoint_;
  SessionTable& table_;
  Counter open_;
  std::uint64_t number_ = 0;
  bool end_of_turn_due_ = false;
  std::vector<std::uint64_t> to_flush_, to_bury_, flushing_, burying_;
  Buffer send_scratch_, decode_scratch_, payload_;
  std::vector<Outgoing> spare_outgoing_;
  std::vector<Farewell> farewells_;
};

}  // namespace duplex::eio
