// SPDX-License-Identifier: MIT
// The bench server on Boost.Beast, as its examples write one: a session reads, answers, reads again; one thread.
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>
#include <memory>
#include <unordered_set>

#include "arguments.h"

namespace {

namespace beast = boost::beast;
namespace net = boost::asio;
namespace websocket = beast::websocket;
using tcp = net::ip::tcp;
using Plain = beast::tcp_stream;
using Secure = beast::ssl_stream<beast::tcp_stream>;

struct Message {
  std::string bytes;
  bool binary;
};

template <class Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  using All = std::unordered_set<Session*>;

  template <class... Context>
  Session(const peers::Arguments& arguments, All& all, tcp::socket&& socket, Context&... context)
      : arguments_(arguments), all_(all), stream_(std::move(socket), context...) {}
  ~Session() { all_.erase(this); }

  void start() {
    if constexpr (std::is_same_v<Stream, Secure>)
      stream_.next_layer().async_handshake(net::ssl::stream_base::server,
                                           [self = this->shared_from_this()](beast::error_code failed) {
                                             if (!failed) self->accept();
                                           });
    else
      accept();
  }

 private:
  void accept() {
    if (arguments_.deflate) {
      websocket::permessage_deflate deflate;
      deflate.server_enable = true;
      deflate.compLevel = 1;
      stream_.set_option(deflate);
    }
    stream_.read_message_max(peers::max_message);
    stream_.auto_fragment(false);
    stream_.async_accept([self = this->shared_from_this()](beast::error_code failed) {
      if (failed) return;
      self->all_.insert(self.get());
      self->read();
    });
  }

  void read() {
    stream_.async_read(buffer_, [self = this->shared_from_this()](beast::error_code failed, std::size_t) {
      if (!failed) self->arguments_.broadcast ? self->publish() : self->echo();
    });
  }

  void echo() {
    stream_.binary(stream_.got_binary());
    stream_.async_write(buffer_.data(), [self = this->shared_from_this()](beast::error_code failed, std::size_t) {
      if (failed) return;
      self->buffer_.consume(self->buffer_.size());
      self->read();
    });
  }

  void publish() {
    const auto message =
        std::make_shared<const Message>(Message{beast::buffers_to_string(buffer_.data()), stream_.got_binary()});
    buffer_.consume(buffer_.size());
    for (Session* const session : all_) session->send(message);
    read();
  }

  void send(std::shared_ptr<const Message> message) {
    queue_.push_back(std::move(message));
    if (queue_.size() == 1) write();
  }

  void write() {
    stream_.binary(queue_.front()->binary);
    stream_.async_write(net::buffer(queue_.front()->bytes),
                        [self = this->shared_from_this()](beast::error_code failed, std::size_t) {
                          if (failed) return;
                          self->queue_.pop_front();
                          if (!self->queue_.empty()) self->write();
                        });
  }

  const peers::Arguments& arguments_;
  All& all_;
  websocket::stream<Stream> stream_;
  beast::flat_buffer buffer_;
  std::deque<std::shared_ptr<const Message>> queue_;
};

template <class Stream, class... Context>
class Listener {
 public:
  Listener(net::io_context& io, const peers::Arguments& arguments, Context&... context)
      : arguments_(arguments), context_(context...), acceptor_(io) {
    const tcp::endpoint endpoint(net::ip::address_v4::loopback(), arguments.port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(net::socket_base::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(4096);
    accept();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](beast::error_code failed, tcp::socket socket) {
      if (!failed) {
        beast::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        std::apply(
            [&](auto&... context) {
              std::make_shared<Session<Stream>>(arguments_, all_, std::move(socket), context...)->start();
            },
            context_);
      }
      accept();
    });
  }

  const peers::Arguments& arguments_;
  std::tuple<Context&...> context_;
  tcp::acceptor acceptor_;
  typename Session<Stream>::All all_;
};

}  // namespace

int main(int argc, char** argv) {
  const peers::Arguments arguments = peers::read(argc, argv, "Boost.Beast " BOOST_LIB_VERSION);
  try {
    net::io_context io(1);
    net::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([](beast::error_code, int) { std::_Exit(0); });
    if (arguments.tls()) {
      net::ssl::context tls(net::ssl::context::tls_server);
      tls.use_certificate_chain_file(arguments.cert);
      tls.use_private_key_file(arguments.key, net::ssl::context::pem);
      const Listener<Secure, net::ssl::context> listener(io, arguments, tls);
      peers::listening(arguments);
      io.run();
    } else {
      const Listener<Plain> listener(io, arguments);
      peers::listening(arguments);
      io.run();
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "beast: %s\n", error.what());
    return 1;
  }
}
