// SPDX-License-Identifier: MIT
// Engine.IO's HTTP requests: checked in Node's order, then answered here or on the loop of their session.
#include <algorithm>
#include <exception>

#include "protocol/http/query.h"
#include "protocol/http/token.h"
#include "protocol/http/url.h"
#include "server/eio/cors.h"
#include "server/eio/engine_loop.h"
#include "server/eio/refusal.h"
#include "server/eio/request_info.h"
#include "server/http/exchange.h"
#include "server/http/origin.h"

namespace duplex::eio {
namespace {

std::string cookie_for(const CookieOptions& options, std::string_view sid) {
  std::string text = options.name + "=" + std::string(sid);
  if (options.max_age) text += "; Max-Age=" + std::to_string(options.max_age->count());
  if (!options.domain.empty()) text += "; Domain=" + options.domain;
  if (!options.path.empty()) text += "; Path=" + options.path;
  if (options.http_only) text += "; HttpOnly";
  if (options.secure) text += "; Secure";
  if (!options.same_site.empty()) text += "; SameSite=" + options.same_site;
  return text;
}

Sid sid_from(std::string_view text) noexcept {
  Sid sid;
  std::copy_n(text.begin(), sid.size(), sid.begin());
  return sid;
}

/// A parameter of a query: its first value, as it was sent, and how often it is there.
struct Named {
  std::string_view name;
  std::string_view value = {};
  int count = 0;

  bool take(const http::QueryPair& pair) noexcept {
    if (!http::decodes_to(pair.name, name, http::Plus::is_space)) return false;
    if (count++ == 0) value = pair.value;
    return true;
  }
  std::optional<std::string> decoded() const {
    return count == 0 ? std::nullopt : http::percent_decode(value, http::Plus::is_space);
  }
};

}  // namespace

/// A name that is there twice is as good as none: what it means is anybody's guess (robustness H26).
Parameters read_parameters(std::string_view text) {
  Named transport{"transport"}, sid{"sid"}, protocol{"EIO"}, base64{"b64"}, jsonp{"j"};
  http::Query::Cursor pairs = http::Query(text).pairs();
  while (const auto pair = pairs.next()) {
    for (Named* const named : {&transport, &sid, &protocol, &base64, &jsonp})
      if (named->take(*pair)) break;
  }

  Parameters p;
  if (auto decoded = transport.decoded()) {
    p.transport_text = std::move(*decoded);
    if (transport.count == 1) {
      if (p.transport_text == name_of(Transport::polling)) p.transport = Transport::polling;
      if (p.transport_text == name_of(Transport::websocket)) p.transport = Transport::websocket;
    }
  }
  // A sid without a value is none, as in Node; one that is there twice, or is malformed, is no session's.
  if (sid.count != 0 && (!sid.value.empty() || sid.count > 1)) {
    p.raw_sid = sid.value;
    if (sid.count > 1)
      p.raw_sid = "?";
    else if (sid.value.find_first_of("%+") != sid.value.npos)
      p.decoded_sid = sid.decoded().value_or("?");
  }
  if (protocol.count == 1) p.protocol = protocol.value == "4" ? 4 : protocol.value == "3" ? 3 : 0;
  p.base64 = !base64.value.empty();
  p.jsonp = jsonp.count != 0;
  return p;
}

std::optional<Dialect> dialect_for(const Parameters& parameters, const EngineOptions& options) noexcept {
  if (parameters.protocol == 4) return Dialect{};
  if (parameters.protocol != 3 || !options.allow_eio3) return std::nullopt;
  const bool jsonp = parameters.jsonp && parameters.transport == Transport::polling;
  return Dialect{.v3 = true, .base64 = parameters.base64 || jsonp, .jsonp = jsonp};
}

template <class Answer>
void EngineLoop::refuse(Answer& answer, LazyInfo info, const Refusal& refusal) {
  report(std::move(info), refusal);
  Buffer body;
  encode_error(body, refusal.error, refusal.message);
  answer.status(eio::info(refusal.error).status).header("Content-Type", "application/json");
  answer.send(body.text());
}

void EngineLoop::report(LazyInfo info, const Refusal& refusal) {
  EngineOptions& hooks = engine_.hooks();
  if (!hooks.on_connection_error) return;
  const std::string_view message =
      refusal.message.empty() ? eio::info(refusal.error).message : std::string_view(refusal.message);
  hooks.on_connection_error({static_cast<int>(refusal.error), message, refusal.context}, info.get());
}

bool EngineLoop::origin_is_welcome(const http::Request& request) const {
  const std::string_view origin = request.header("Origin");
  const std::string_view host = http::Access::data(request).head->host();
  if (http::origin_allowed(origin, host, request.is_secure(), engine_.origins(), options().require_origin)) return true;
  reactor_.log(LogLevel::warning, "eio",
               "a page of origin \"" + std::string(origin) + "\" may not connect to " + options().path + " on \"" +
                   std::string(host) + "\": list it in `origins` or in `cors.origins` if it should");
  return false;
}

EngineLoop::Refusal EngineLoop::unsupported_version(const RequestInfo& request) const {
  if (!options().allow_eio3 && request.query("EIO") == "3")
    reactor_.log(LogLevel::info, "eio",
                 "a client of Engine.IO 3 (Socket.IO 2) is refused at " + options().path +
                     ": set `allow_eio3` if it should be served");
  return {.error = Errc::unsupported_version, .context = "3"};
}

void EngineLoop::on_request(http::Request& request, http::Response& response) {
  if (apply_cors(options().cors, request, response)) return;
  const Parameters p = read_parameters(request.query());
  auto refused = [&](Errc error, std::string_view context) {
    refuse(response, LazyInfo(request), {.error = error, .context = std::string(context)});
  };
  if (!p.transport || !engine_.takes(*p.transport)) return refused(Errc::transport_unknown, p.transport_text);
  if (*p.transport == Transport::websocket) {  // without an upgrade (robustness E15)
    if (p.has_sid()) return refused(Errc::bad_request, "TRANSPORT_MISMATCH");
    if (request.method() != "GET") return refused(Errc::bad_handshake_method, request.method());
    return refused(Errc::bad_request, "TRANSPORT_HANDSHAKE_ERROR");
  }
  if (p.jsonp && !(p.protocol == 3 && options().allow_eio3 && options().allow_jsonp))
    return refused(Errc::bad_request, "JSONP_DISABLED");
  if (!p.has_sid()) return handshake(request, response, dialect_for(p, options()));

  const auto slot = loop_of(p.sid());
  EngineLoop* owner = slot ? engine_.loop_of_slot(*slot) : nullptr;
  if (owner == nullptr) return refused(Errc::session_unknown, p.sid());
  using Method = SessionRequest::Method;
  SessionRequest to{
      .method = request.method() == "GET"    ? Method::get
                : request.method() == "POST" ? Method::post
                                             : Method::other,
      .coding = http::choose_coding(request.header("Accept-Encoding")),
      .octet_stream = http::equals_ignore_case(request.header("Content-Type"), "application/octet-stream"),
      .jsonp = p.jsonp,
      .sid = sid_from(p.sid()),
      .body = request.body(),
      .info = LazyInfo(request)};
  http::Reply reply = response.defer();
  if (owner == this) return serve(to, std::move(reply));
  to.info.leave(to.method == Method::post || wants_requests());
  owner->reactor_.post(
      [owner, to = std::move(to), body = std::string(request.body()), reply = std::move(reply)]() mutable {
        to.body = body;
        owner->serve(to, std::move(reply));
      });
}

/// A request for a session of this loop.
void EngineLoop::serve(SessionRequest& request, http::Reply reply) {
  Session* session = find(text_of(request.sid));
  if (session == nullptr) {
    if (bid_farewell(request, reply)) return;
    return refuse_unknown(reply, request);
  }
  if (session->transport_now() != Transport::polling)
    return refuse(reply, std::move(request.info), {.error = Errc::bad_request, .context = "TRANSPORT_MISMATCH"});
  if (request.jsonp && !session->dialect().jsonp)
    return refuse(reply, std::move(request.info), {.error = Errc::bad_request, .context = "JSONP_DISABLED"});
  switch (request.method) {
    case SessionRequest::Method::get:
      return session->on_poll(request, std::move(reply));
    case SessionRequest::Method::post:
      return session->on_post(request, std::move(reply));
    case SessionRequest::Method::other:
      reply.status(405).header("Allow", "GET, POST").send("");
  }
}

void EngineLoop::refuse_unknown(http::Reply& reply, SessionRequest& request) {
  refuse(reply, std::move(request.info),
         {.error = Errc::session_unknown, .context = std::string(text_of(request.sid))});
}

// -- the body of a POST while it arrives ------------------------------------------------------------------------------

namespace {
struct BodyWatch {
  EngineLoop* owner;
  Sid sid;
};
}  // namespace

std::uint64_t EngineLoop::on_body_begin(const http::Request& request) {
  const Parameters p = read_parameters(request.query());
  const auto slot = p.has_sid() && request.method() == "POST" ? loop_of(p.sid()) : std::nullopt;
  EngineLoop* owner = slot ? engine_.loop_of_slot(*slot) : nullptr;
  if (owner == nullptr) return 0;
  const Sid sid = sid_from(p.sid());
  owner->on_loop([owner, sid] {
    if (Session* session = owner->find(text_of(sid))) session->upload_begun();
  });
  return reinterpret_cast<std::uintptr_t>(new BodyWatch{owner, sid});
}

void EngineLoop::on_body_end(std::uint64_t upload, bool aborted) {
  const std::unique_ptr<BodyWatch> watch(reinterpret_cast<BodyWatch*>(static_cast<std::uintptr_t>(upload)));
  EngineLoop* owner = watch->owner;
  owner->on_loop([owner, sid = watch->sid, aborted] {
    Session* session = owner->find(text_of(sid));
    if (session == nullptr) return;
    session->upload_ended();
    if (aborted) session->upload_aborted();
  });
}

void EngineLoop::on_loop(Function<void()> fn) {
  if (reactor_.on_this_thread())
    fn();
  else
    reactor_.post(std::move(fn));
}

// -- handshake --------------------------------------------------------------------------------------------------------

void EngineLoop::handshake(const http::Request& request, http::Response& response, std::optional<Dialect> dialect) {
  auto info = RequestAccess::keep(request);
  if (request.method() != "GET")
    return refuse(response, LazyInfo(info),
                  {.error = Errc::bad_handshake_method, .context = std::string(request.method())});
  if (!origin_is_welcome(request))
    return refuse(response, LazyInfo(info), {.error = Errc::forbidden, .context = "ORIGIN"});
  if (engine_.unclaimed().load(std::memory_order_relaxed) >= static_cast<int>(options().max_unclaimed)) {
    response.status(503).header("Retry-After", "20").header("Content-Type", "text/plain; charset=utf-8");
    return response.send("503 too many sessions were opened and not used\n");
  }
  http::Reply reply = response.defer();
  if (!engine_.hooks().allow_request)
    return finish_handshake(reply, std::move(info), dialect, {Decision::Kind::allowed});

  struct Waiting {
    http::Reply reply;
    std::weak_ptr<AdmissionState> state;
  };
  auto waiting = std::make_shared<Waiting>(Waiting{std::move(reply), {}});
  auto state = std::make_shared<AdmissionState>(reactor_, options().admission_timeout,
                                                [this, waiting, info, dialect](const Decision& decision) {
                                                  finish_handshake(waiting->reply, info, dialect, decision);
                                                });
  waiting->state = state;
  waiting->reply.on_gone([state = std::weak_ptr(state)] {
    if (const auto left = state.lock()) left->abandon();
  });
  admit(info, state);
}

void EngineLoop::admit(const std::shared_ptr<const RequestInfo>& info, const std::shared_ptr<AdmissionState>& state) {
  state->start();
  std::string thrown;
  try {
    return engine_.hooks().allow_request(*info, Admission(state));
  } catch (const std::exception& e) {
    thrown = e.what();
  } catch (...) {
    thrown = "something that is not a std::exception";
  }
  reactor_.log(LogLevel::error, "eio", "allow_request threw: " + thrown);
  state->threw = true;
  state->decide({Decision::Kind::failed});
}

void EngineLoop::finish_handshake(http::Reply& reply, std::shared_ptr<const RequestInfo> info,
                                  std::optional<Dialect> dialect, const Decision& decision) {
  switch (decision.kind) {
    case Decision::Kind::allowed:
      break;
    case Decision::Kind::refused:
      return refuse(reply, LazyInfo(info),
                    {.error = Errc::forbidden, .message = decision.message, .context = "ALLOW_REQUEST"});
    case Decision::Kind::undecided:
    case Decision::Kind::failed:
      reply.status(status_of(decision)).header("Content-Type", "text/plain; charset=utf-8");
      return reply.send(text_of(decision));
  }
  if (!dialect) return refuse(reply, LazyInfo(info), unsupported_version(*info));

  Session& session = table_.create(*this, Transport::polling, *dialect, info);
  open_.add();
  begin_poll_answer(reply, *dialect);
  if (options().cookie) reply.header("Set-Cookie", cookie_for(*options().cookie, session.sid()));
  LazyInfo request(std::move(info));
  add_headers(session.take_first_answer(), reply, request);
  session.answer_handshake(reply);
  session.opened();
}

}  // namespace duplex::eio
