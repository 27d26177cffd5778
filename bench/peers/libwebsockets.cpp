// SPDX-License-Identifier: MIT
// The bench server on libwebsockets, as its minimal examples write one: messages are put together as they come, queued,
// and written one each time that a connection is writable.
#include <libwebsockets.h>
#include <netinet/tcp.h>
#include <signal.h>

#include <deque>
#include <memory>
#include <unordered_set>

#include "arguments.h"

namespace {

/// With room before the payload, where the library writes its header.
struct Message {
  std::string bytes = std::string(LWS_PRE, '\0');
  bool binary = false;
};

struct Session {
  lws* connection;
  Message coming;
  std::deque<std::shared_ptr<Message>> queue;
};

bool broadcast = false;
std::unordered_set<Session*> all;
volatile sig_atomic_t ended = 0;

void send(Session& session, const std::shared_ptr<Message>& message) {
  session.queue.push_back(message);
  lws_callback_on_writable(session.connection);
}

int receive(Session& session, const char* bytes, std::size_t size) {
  if (lws_is_first_fragment(session.connection)) session.coming.binary = lws_frame_is_binary(session.connection) != 0;
  session.coming.bytes.append(bytes, size);
  if (session.coming.bytes.size() > peers::max_message + LWS_PRE) return -1;
  if (!lws_is_final_fragment(session.connection) || lws_remaining_packet_payload(session.connection) > 0) return 0;
  const auto message = std::make_shared<Message>(std::move(session.coming));
  session.coming = Message();
  if (!broadcast)
    send(session, message);
  else
    for (Session* const other : all) send(*other, message);
  return 0;
}

int write(Session& session) {
  if (session.queue.empty()) return 0;
  // The library writes its header before the payload: the same for each receiver, so one copy serves all.
  const std::shared_ptr<Message> message = std::move(session.queue.front());
  session.queue.pop_front();
  auto* const payload = reinterpret_cast<unsigned char*>(message->bytes.data()) + LWS_PRE;
  const std::size_t size = message->bytes.size() - LWS_PRE;
  if (lws_write(session.connection, payload, size, message->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) <
      static_cast<int>(size))
    return -1;
  if (!session.queue.empty()) lws_callback_on_writable(session.connection);
  return 0;
}

int on_event(lws* connection, lws_callback_reasons reason, void* user, void* in, std::size_t size) {
  auto* const slot = static_cast<Session**>(user);
  switch (reason) {
    case LWS_CALLBACK_ESTABLISHED: {
      const int on = 1;  // or each short answer would wait for an acknowledgement of the one before
      setsockopt(lws_get_socket_fd(connection), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      all.insert(*slot = new Session{connection, {}, {}});
      return 0;
    }
    case LWS_CALLBACK_CLOSED:
      all.erase(*slot);
      delete *slot;
      return 0;
    case LWS_CALLBACK_RECEIVE:
      return receive(**slot, static_cast<const char*>(in), size);
    case LWS_CALLBACK_SERVER_WRITEABLE:
      return write(**slot);
    default:
      return lws_callback_http_dummy(connection, reason, user, in, size);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const peers::Arguments arguments = peers::read(argc, argv, "libwebsockets " LWS_LIBRARY_VERSION);
  broadcast = arguments.broadcast;
  if (arguments.deflate) {
    std::fprintf(stderr, "libwebsockets: Debian builds it without extensions: no --deflate\n");
    return 2;
  }
  lws_set_log_level(LLL_ERR, nullptr);
  for (const int name : {SIGINT, SIGTERM}) signal(name, [](int) { ended = 1; });

  const lws_protocols protocols[] = {{"bench", on_event, sizeof(Session*), 64 * 1024, 0, nullptr, 0},
                                     {nullptr, nullptr, 0, 0, 0, nullptr, 0}};
  lws_context_creation_info info{};
  info.port = arguments.port;
  info.iface = "127.0.0.1";
  info.protocols = protocols;
  info.pt_serv_buf_size = 64 * 1024;
  if (arguments.tls()) {
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.ssl_cert_filepath = arguments.cert.c_str();
    info.ssl_private_key_filepath = arguments.key.c_str();
  }
  lws_context* const context = lws_create_context(&info);
  if (context == nullptr) return 1;
  peers::listening(arguments);
  while (ended == 0 && lws_service(context, 0) >= 0) {
  }
  lws_context_destroy(context);
}
