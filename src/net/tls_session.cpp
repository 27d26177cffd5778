// SPDX-License-Identifier: MIT
#include "net/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <climits>

#include "net/tls_contexts.h"
#include "net/tls_refusal.h"

namespace duplex::net {
namespace {

TlsIo& io_of(BIO* bio) { return *static_cast<TlsIo*>(BIO_get_data(bio)); }

int bio_read(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  ConstBytes& in = io_of(bio).in;
  if (in.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t n = std::min(in.size(), static_cast<std::size_t>(size));
  std::memcpy(into, in.data(), n);
  in = in.subspan(n);
  return static_cast<int>(n);
}

int bio_write(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  io_of(bio).out.append(std::string_view(from, static_cast<std::size_t>(size)));
  return size;
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

// Made once, for the whole process, and never destroyed: sessions may outlive what runs at exit.
const BIO_METHOD* method() {
  static const BIO_METHOD* made = [] {
    BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "duplex loop");
    BIO_meth_set_read(m, bio_read);
    BIO_meth_set_write(m, bio_write);
    BIO_meth_set_ctrl(m, bio_control);
    return m;
  }();
  return made;
}

constexpr int most_rekeyings = 16;  // a minute

std::string_view view(const char* text) { return text != nullptr ? text : std::string_view(); }

}  // namespace

TlsIo::TlsIo(std::size_t read_buffer)
    : bio_(BIO_new(method())),
      plain_size_(read_buffer +
                  2 * SSL3_RT_MAX_PLAIN_LENGTH),  // a record that had begun in an earlier read ends in this one
      plain_(new std::byte[plain_size_ + 64]) {   // vectorised parsers read past the end
  BIO_set_data(bio_, this);
  BIO_set_init(bio_, 1);
}

TlsIo::~TlsIo() { BIO_free(bio_); }

std::atomic<int> TlsSession::handshakes_{0};

TlsSession::TlsSession(TlsIo& io, std::shared_ptr<const TlsContexts> contexts, Listener* listener)
    : ssl_(SSL_new(contexts->all.front().get())), io_(&io), contexts_(std::move(contexts)), listener_(listener) {
  handshakes_.fetch_add(1, std::memory_order_relaxed);
  begin(io);
  if (!failed_) SSL_set_accept_state(ssl_);
}

TlsSession::TlsSession(TlsIo& io, std::shared_ptr<const TlsContexts> contexts, std::string name)
    : ssl_(SSL_new(contexts->all.front().get())), io_(&io), contexts_(std::move(contexts)), listener_(nullptr) {
  begin(io);
  if (failed_) return;
  SSL_set_connect_state(ssl_);
  failed_ = !expect(name);
}

void TlsSession::begin(TlsIo& io) {
  failed_ = ssl_ == nullptr;
  if (failed_) return;
  SSL_set_app_data(ssl_, this);
  SSL_set_msg_callback_arg(ssl_, this);
  move_to(io);
}

// RFC 9525: the names are the certificate's alternative ones, never its subject; a wildcard stands for one whole label.
// An address is not asked for (RFC 6066 §3), but it is verified.
bool TlsSession::expect(const std::string& name) {
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl_);
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(param, name.c_str()) == 1;
  ERR_clear_error();
  if (!is_address && !name.empty() &&
      SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(name.c_str())) != 1)
    return false;
  if (SSL_get_verify_mode(ssl_) == SSL_VERIFY_NONE) return true;
  SSL_set_hostflags(ssl_, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  SSL_set_verify(ssl_, SSL_VERIFY_PEER, verified);
  return is_address || SSL_set1_host(ssl_, name.c_str()) == 1;
}

// Later, OpenSSL would only say that there was an error.
int TlsSession::verified(int ok, X509_STORE_CTX* ctx) {
  if (ok == 1) return ok;
  const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& self = *static_cast<TlsSession*>(SSL_get_app_data(ssl));
  try {
    const auto name = self.server_name();
    char* address = name.empty() ? X509_VERIFY_PARAM_get1_ip_asc(SSL_get0_param(self.ssl_)) : nullptr;
    self.refusal_ = std::make_unique<std::string>(
        certificate_refusal(ctx, address != nullptr ? std::string(address) : std::string(name)));
    OPENSSL_free(address);
  } catch (const std::bad_alloc&) {  // it is refused without words
  }
  return 0;
}

TlsSession::~TlsSession() {
  finish_handshake();
  SSL_free(ssl_);
}

void TlsSession::move_to(TlsIo& io) {
  io_ = &io;
  if (SSL_get_rbio(ssl_) == io.bio_) return;
  BIO_up_ref(io.bio_);
  SSL_set_bio(ssl_, io.bio_, io.bio_);
}

void TlsSession::finish_handshake() noexcept {
  if (!contexts_) return;
  contexts_.reset();
  if (!is_client()) handshakes_.fetch_sub(1, std::memory_order_relaxed);
}

TlsSession::Progress TlsSession::handshake() {
  if (failed_) return Progress::failed;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) {
    finish_handshake();
    return Progress::done;
  }
  if (SSL_get_error(ssl_, result) == SSL_ERROR_WANT_READ) return Progress::waiting;
  failed_ = true;
  return Progress::failed;
}

void TlsSession::count_messages(SSL_CTX* ctx) { SSL_CTX_set_msg_callback(ctx, saw_message); }

// New keys cost us more than they cost the peer, and one read may ask for thousands of them: OpenSSL sets no limit. TLS
// 1.2's wish for another handshake is refused by an alert, which we see when it is sent.
void TlsSession::saw_message(int ours, int, int type, const void* bytes, std::size_t size, SSL*, void* session) {
  if (type != SSL3_RT_HANDSHAKE && type != SSL3_RT_ALERT) return;
  const auto* message = static_cast<const unsigned char*>(bytes);
  auto& self = *static_cast<TlsSession*>(session);
  const bool key_update = ours == 0 && type == SSL3_RT_HANDSHAKE && size >= 1 && message[0] == SSL3_MT_KEY_UPDATE;
  const bool renegotiation = ours == 1 && type == SSL3_RT_ALERT && size >= 2 && message[1] == SSL_AD_NO_RENEGOTIATION;
  if (!key_update && !renegotiation) return;
  if (self.rekeyings_ <= most_rekeyings) ++self.rekeyings_;
  if (self.rekeyings_ > most_rekeyings) self.io_->in = {};  // so that OpenSSL stops here
}

Bytes TlsSession::decrypt(std::chrono::steady_clock::time_point now) {
  const Bytes room = io_->plain_room();
  if (now - minute_ >= std::chrono::minutes(1)) {
    minute_ = now;
    rekeyings_ = 0;
  }
  std::size_t size = 0;
  ERR_clear_error();
  while (size < room.size()) {
    std::size_t n = 0;
    const int result = SSL_read_ex(ssl_, room.data() + size, room.size() - size, &n);
    if (result == 1) {
      size += n;
      continue;
    }
    const int error = SSL_get_error(ssl_, result);
    if (error == SSL_ERROR_ZERO_RETURN)
      peer_closed_ = true;
    else if (error != SSL_ERROR_WANT_READ)
      failed_ = true;
    break;
  }
  if (rekeyings_ > most_rekeyings) failed_ = true;
  return room.first(size);
}

bool TlsSession::encrypt(ConstBytes plain) {
  if (failed_) return false;
  ERR_clear_error();
  std::size_t n = 0;
  failed_ = SSL_write_ex(ssl_, plain.data(), plain.size(), &n) != 1 || n != plain.size();
  return !failed_;
}

void TlsSession::close_notify() {
  if (notified_ || failed_ || handshaking()) return;
  notified_ = true;
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

std::string TlsSession::why() {
  if (rekeyings_ > most_rekeyings) return "it asked for new keys more than 16 times in a minute";
  const unsigned long code = ERR_peek_error();
  const int reason = ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
  if (is_client()) return server_why(reason);
  // What OpenSSL calls these helps nobody: a browser was pointed to http:// instead of https://, or this is not TLS at
  // all.
  if (reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST) {
    ERR_clear_error();
    return "this is plain HTTP, and the port speaks TLS (https://, wss://)";
  }
  if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
    ERR_clear_error();
    return "the client showed no certificate";
  }
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    ERR_clear_error();
    return std::string("the client's certificate is refused: ") +
           X509_verify_cert_error_string(SSL_get_verify_result(ssl_));
  }
  if (handshaking() && (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_BAD_PROTOCOL_VERSION_NUMBER)) {
    ERR_clear_error();
    return "this is not TLS";
  }
  return openssl_error();
}

// The same, of a server.
std::string TlsSession::server_why(int reason) {
  if (refusal_ != nullptr) {
    ERR_clear_error();
    return *refusal_;
  }
  if (handshaking() && (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST)) {
    ERR_clear_error();
    return "what answers there does not speak TLS";
  }
  // An alert is the other side's reason.
  return (reason >= SSL_AD_REASON_OFFSET ? "the other side refuses: " : "") + openssl_error();
}

std::string_view TlsSession::alpn() const noexcept {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}
std::string_view TlsSession::server_name() const noexcept {
  return view(SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name));
}
std::string_view TlsSession::version() const noexcept { return view(SSL_get_version(ssl_)); }
bool TlsSession::resumed() const noexcept { return SSL_session_reused(ssl_) == 1; }

std::string TlsSession::peer_subject() const {
  const X509* certificate = SSL_get0_peer_certificate(ssl_);
  if (certificate == nullptr || SSL_get_verify_result(ssl_) != X509_V_OK) return {};
  BIO* out = BIO_new(BIO_s_mem());
  // UTF-8 as it is; control characters, and what would look like another name, escaped.
  X509_NAME_print_ex(out, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string subject(text, static_cast<std::size_t>(std::max(size, 0L)));
  BIO_free(out);
  return subject;
}

}  // namespace duplex::net
