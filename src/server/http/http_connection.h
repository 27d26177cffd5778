// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/http_events.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "connection/ws_connection.h"
#include "net/stream.h"
#include "protocol/http/body_decoder.h"
#include "protocol/http/conditional.h"
#include "protocol/http/content_coding.h"
#include "server/http/http_loop.h"
#include "server/http/open_beneath.h"
#include "server/http/reply_state.h"

namespace duplex::ws {
struct ServerHandshake;
}

namespace duplex::http {

/// HTTP/1.1 on a stream, server side. Serves one request at a time, so answers come in the order of the requests;
/// what is pipelined behind it waits. Deletes itself when its stream is gone, or when it has become a WebSocket.
class HttpConnection final : public net::StreamOwner {
 public:
  static void open(net::Stream& stream, HttpLoop& loop);

  net::Stream& stream() const noexcept { return *stream_; }
  HttpLoop& loop() const noexcept { return loop_; }

  // -- answering: called by Response and Reply ------------------------------------------------------------------------
  void answer(ResponseHead& head, ConstBytes body);
  /// The same for a body that has a tag, unless `etags` is off; 304 for who has it already.
  void answer_entity(ResponseHead& head, ConstBytes body, Etag etags, const Conditions& conditions);
  /// What the request that is being served says that the client has; nothing, unless it is GET or HEAD, or where it
  /// does not matter.
  Conditions conditions(const ResponseData& response) const noexcept;
  /// A part of a file, read as the client takes it.
  void answer_file(const ResponseHead& head, Descriptor file, std::uint64_t first, std::uint64_t length);
  void answer_deferred(ReplyState& reply, ConstBytes body);
  ReplyState* defer(ResponseHead started, const ResponseData& response);
  void warn(std::string_view text);

  // -- an answer that goes on: called by Response, EventStream and EventFeed -----------------------------------------
  std::uint64_t open_events(ResponseHead& head, const EventStreamOptions& options);
  /// The connection of these stream bits if it is on this loop and streams events; else null.
  static HttpConnection* streaming(std::uint64_t bits) noexcept;
  Sent send_block(ConstBytes block, std::uint64_t key);
  void end_events();
  const std::string& last_event_id() const noexcept { return events_->last_event_id; }

  // -- becoming a WebSocket: called by ws::Upgrade and by mounts ------------------------------------------------------
  /// Checks the handshake (RFC 6455 section 4.2) and the origin; answers and returns false if they will not do.
  bool check_upgrade(const ws::WsEndpoint& endpoint);
  /// Waits for `accept_upgrade` or `refuse_upgrade`; 503 after the time limit. Returns bits that find this connection
  /// again.
  std::uint64_t hold_upgrade(ws::WsEndpoint& endpoint, std::chrono::milliseconds limit);
  /// Answers 101 and hands the stream to a WebSocket. This object is gone afterwards.
  /// `extra`: more header lines of the answer, each with its line end.
  void accept_upgrade(ws::WsEndpoint& endpoint, std::string_view protocol, void* user = nullptr,
                      std::string_view extra = {});
  /// Moves the stream to the loop of that slot, where `arrived` writes the 101 and makes the WebSocket.
  struct Arrival {
    net::DetachedStream stream;
    ws::WsConnection::Agreed agreed;
    Buffer switch_response;
  };
  void move_upgrade(int slot, const ws::WsEndpoint& endpoint, Function<void(Arrival)> arrived,
                    std::string_view extra = {});
  void refuse_upgrade(int status, std::string_view body, std::string_view content_type = "text/plain; charset=utf-8");
  ws::WsEndpoint& upgrade_endpoint() const noexcept { return *upgrade_endpoint_; }
  /// The connection of these stream bits if it is on this loop and holds an upgrade; else null.
  static HttpConnection* holding(std::uint64_t bits) noexcept;

  void start_drain();  ///< closes when idle, or after the answer that is due

 private:
  struct FileBody {
    Descriptor file;
    std::uint64_t next, left;
  };
  struct Events {
    EventStreamOptions options;
    std::string last_event_id;
    bool sent;  // since the last heartbeat was due
  };
  enum class State : std::uint8_t {
    head,       ///< waits for a request, or for the rest of one
    body,       ///< has the head, waits for the rest of the body
    serving,    ///< a handler runs
    waiting,    ///< a reply was deferred
    upgrading,  ///< an upgrade was deferred
    sending,    ///< the body of an answer follows as the client takes it
    streaming,  ///< events, for as long as the client wants them
    ended,      ///< nothing more is read
  };

  HttpConnection(net::Stream& stream, HttpLoop& loop);
  ~HttpConnection();

  void on_bytes(Bytes bytes) override;
  void on_end() override;
  void on_drain() override;
  void on_deadline() override;
  void on_closed(net::CloseCause cause) override;

  void read();
  void serve_input(Bytes& input);
  bool take_head(Bytes& input);
  bool take_body(Bytes& input);
  void serve(std::string_view body, Bytes& unread);
  std::optional<Failure> serve_request(Request& request, Response& response);
  std::optional<Failure> serve_upgrade(Request& request, Response& response);
  void open_websocket(ws::WsEndpoint& endpoint, Request& request);
  void not_found(Request& request, Response& response);
  void refuse(Errc error);
  void refuse_answer(Errc error);
  void fail(const Failure& failure);
  void refuse(int status, std::string_view code, std::string_view text);
  void next_request();
  void keep_head(ConstBytes head);
  bool reparse_head();
  Errc write_head(Buffer& out, const ResponseHead& head, std::optional<std::uint64_t> length);
  void write_block(ConstBytes block, net::EntryOptions entry);
  void beat();
  bool pack_answer(ResponseHead& head, ConstBytes body, Buffer& packed) const;
  void answer_ended();
  void send_file();
  void end_with_lingering();
  void watch_head();
  void begin_body();
  void end_body(bool aborted);
  std::chrono::milliseconds since_mark() const noexcept;
  ws::ServerHandshake handshake(const ws::WsEndpoint& endpoint) const;
  bool allowed(const ws::WsEndpoint& endpoint, const ws::ServerHandshake& checked);
  void become_websocket(ws::WsEndpoint& endpoint, const ws::ServerHandshake& agreed, void* user,
                        std::string_view extra);

  net::Stream* stream_;
  HttpLoop& loop_;
  Buffer
      in_;  // what came and was not used yet; the head of a request whose body or upgrade is awaited is in kept_head_
  Buffer kept_head_;
  Buffer body_;
  std::unique_ptr<Events> events_;  // while streaming them
  std::unique_ptr<FileBody> file_;  // while sending one
  Bytes* unread_ = nullptr;         // while serving: what follows the request in the bytes that were read
  ReplyState* pending_ = nullptr;   // while waiting
  ws::WsEndpoint* upgrade_endpoint_ = nullptr;
  HeadParser parser_;
  BodyDecoder body_decoder_;
  std::chrono::steady_clock::time_point mark_;  // when what we wait for began
  std::uint64_t watched_body_ = 0;              // of the mount that wants to know how it ends
  std::uint32_t served_ = 0;
  State state_ = State::head;
  bool head_begun_ = false;  // a part of the next head has come
  bool keep_alive_ = true;
  bool head_only_ = false;  // the request was HEAD
  bool http10_ = false;
  Coding takes_ = Coding::identity;  // the client, if answers are packed
  bool peer_ended_ = false;
  bool answered_ = false;
  bool* destroyed_ = nullptr;  // tells a call further up the stack that this object is gone
};

}  // namespace duplex::http
