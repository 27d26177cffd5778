// SPDX-License-Identifier: MIT
#include "conformance/session.h"

#include <algorithm>
#include <utility>

namespace conformance {
namespace {

constexpr Milliseconds handshake_limit{5000};
constexpr Milliseconds close_limit{1000};  ///< for the peer's Close after ours, and for its drop after both

std::string describe(const Events& events) {
  if (events.empty()) return "nothing";
  std::string all;
  for (const auto& event : events) {
    if (all.size() > 200) return all + " …";
    static constexpr const char* kinds[] = {"text", "binary", "pong", "mark", "broken"};
    all += (all.empty() ? "" : ", ") + std::string(kinds[event.kind]);
    if (event.kind == Event::mark || event.kind == Event::broken) {
      all += " " + event.payload;
    } else {
      all += "[" + std::to_string(event.payload.size()) + "]";
    }
  }
  return all;
}

}  // namespace

Session::Session(const Case& played, Pipe& pipe, std::string host, std::string path)
    : case_(played), pipe_(pipe), handshake_{std::move(path), std::move(host), played.offers} {}

Verdict Session::run() {
  auto start = pipe_.now();
  Verdict verdict;
  if (auto error = open(); !error.empty()) {
    verdict.why = "handshake: " + error;
    verdict.ended = "not open";
  } else if (!case_.offers.empty() && !decompressor_) {
    verdict = {Behaviour::unimplemented, Close::ok, "permessage-deflate was not agreed", "not run", {}};
  } else {
    Script script;
    if (case_.loop) {
      auto loop = case_.loop();
      play(loop);
      if (expected_ != loop.count) {  // the loop compares as it goes, and keeps only what is wrong
        script.ok = {mark_of(std::to_string(loop.count) + " right echoes, " + std::to_string(expected_) + " came")};
      }
    } else {
      script = case_.script();
      play(script);
    }
    await_drop();
    verdict = judge(script);
  }
  pipe_.close();
  verdict.took = std::chrono::duration_cast<Milliseconds>(pipe_.now() - start);
  return verdict;
}

std::string Session::open() {
  if (!pipe_.write(handshake_.request())) return "the connection was dropped";
  std::string head;
  auto deadline = pipe_.now() + handshake_limit;
  std::size_t end;
  while ((end = head.find("\r\n\r\n")) == head.npos) {
    auto left = std::chrono::ceil<Milliseconds>(deadline - pipe_.now());
    auto read = left > Milliseconds(0) ? pipe_.read(head, left) : Pipe::Read::timeout;
    if (read == Pipe::Read::timeout) return "no complete answer within 5 s";
    if (read == Pipe::Read::closed) return "the connection was dropped";
  }
  auto answer = handshake_.judge(head.substr(0, end + 4));
  if (!answer.error.empty()) return answer.error;
  if (answer.deflate) {
    compressor_.emplace(answer.deflate->client_bits, answer.deflate->client_takeover);
    decompressor_.emplace(answer.deflate->server_bits, answer.deflate->server_takeover);
  }
  reader_ = FrameReader(answer.deflate.has_value());
  reader_.input() = head.substr(end + 4);
  return "";
}

void Session::play(const Script& script) {
  for (const auto& step : script.steps) {
    for (const auto& bytes : step.writes) {
      if (!write(bytes)) break;  // what the peer said before it left is still to be read
    }
    if (step.closes) we_closed_ = true;
    for (auto until = pipe_.now() + step.wait; step.wait > Milliseconds(0) && !ended() && read_one(until);) {
    }
    if (ended()) break;
    if (!step.mark.empty()) events_.push_back(mark_of(step.mark));
  }
  await_end(script, pipe_.now() + (we_closed_ ? close_limit : script.timer.limit));
}

void Session::await_end(const Script& script, Time deadline) {
  while (!ended()) {
    bool may_close = !we_closed_ && !script.ending.by_peer && script.non_strict.empty();
    if (may_close && events_ == script.ok) {
      send_close(close_payload(1000));
      deadline = pipe_.now() + close_limit;
      continue;
    }
    if (read_one(deadline)) continue;
    if (we_closed_) return;  // the peer never answered
    if (script.timer.then == Timer::kill) {
      killed_ = true;
      write(encode({close, close_payload(1001)}));
      return;
    }
    send_close("");
    deadline = pipe_.now() + close_limit;
  }
}

void Session::play(const EchoLoop& loop) {
  auto deadline = pipe_.now() + loop.limit;
  for (int i = 0; i < loop.count && !ended(); ++i) {
    auto message = loop.message(i);
    auto payload = compressor_ ? (*compressor_)(message) : message;
    auto frames =
        fragments(loop.opcode, payload, loop.fragment ? loop.fragment : std::max<std::size_t>(payload.size(), 1));
    if (compressor_) frames[0].rsv = 4;
    std::string bytes;
    for (const auto& frame : frames) encode(bytes, frame);
    write(bytes);
    while (!ended() && events_.empty() && read_one(deadline)) {
    }
    if (events_ != Events{echo_of(loop.opcode, std::move(message))}) break;
    events_.clear();
    ++expected_;
  }
  if (!ended()) send_close(close_payload(1000));
  for (auto until = pipe_.now() + close_limit; !ended() && read_one(until);) {
  }
}

/// Handles one frame, or the end; false when the deadline passes first.
bool Session::read_one(Time deadline) {
  for (;;) {
    if (auto frame = reader_.next()) {
      on_frame(std::move(*frame));
      return true;
    }
    if (!reader_.error().empty()) {
      events_.push_back({Event::broken, reader_.error()});
      return broken_ = true;
    }
    auto left = std::chrono::ceil<Milliseconds>(deadline - pipe_.now());
    switch (pipe_.read(reader_.input(), std::max(left, Milliseconds(0)))) {
      case Pipe::Read::bytes:
        break;
      case Pipe::Read::timeout:
        return false;
      case Pipe::Read::closed:
        if (!we_closed_ && !peer_closed_) peer_first_ = true;
        return dropped_ = true;
    }
  }
}

void Session::on_frame(Frame frame) {
  if (frame.opcode == close) return on_close(frame);
  if (frame.opcode == ping) {
    write(encode({pong, frame.payload}));
    return;
  }
  if (frame.opcode == pong) return events_.push_back(pong_of(std::move(frame.payload)));
  if (frame.opcode != continuation) {
    opcode_ = frame.opcode;
    is_compressed_ = frame.rsv == 4;
    message_.clear();
  }
  message_ += frame.payload;
  if (frame.fin) on_message();
}

void Session::on_message() {
  if (is_compressed_) {
    auto inflated = (*decompressor_)(std::move(message_));
    if (!inflated) {
      events_.push_back({Event::broken, "the server's message is not DEFLATE data within the agreed window"});
      broken_ = true;
      return;
    }
    message_ = std::move(*inflated);
  }
  events_.push_back(echo_of(opcode_, std::move(message_)));
  message_.clear();
}

void Session::on_close(const Frame& frame) {
  peer_closed_ = true;
  if (frame.payload.size() >= 2) {
    peer_code_ = static_cast<unsigned char>(frame.payload[0]) << 8 | static_cast<unsigned char>(frame.payload[1]);
  }
  if (we_closed_) return;
  peer_first_ = true;
  write(encode({close, frame.payload.substr(0, 2)}));
}

/// After both Closes the server drops TCP; what it sends instead is an error.
void Session::await_drop() {
  auto deadline = pipe_.now() + close_limit;
  while (peer_closed_ && !dropped_ && !broken_) {
    auto left = std::chrono::ceil<Milliseconds>(deadline - pipe_.now());
    auto read = pipe_.read(reader_.input(), std::max(left, Milliseconds(0)));
    if (read == Pipe::Read::timeout) break;
    if (read == Pipe::Read::closed) dropped_ = true;
  }
  if (peer_closed_ && !broken_ && (reader_.next() || !reader_.error().empty())) {
    events_.push_back({Event::broken, "the server sent a frame after its Close"});
  }
}

bool Session::write(std::string_view bytes) { return pipe_.write(bytes); }

void Session::send_close(std::string payload) {
  we_closed_ = true;
  write(encode({close, std::move(payload)}));
}

Verdict Session::judge(const Script& script) const {
  Verdict verdict;
  verdict.ended = describe_end();
  bool strict = events_ == script.ok;
  bool lenient = std::find(script.non_strict.begin(), script.non_strict.end(), events_) != script.non_strict.end();
  verdict.behaviour = strict ? Behaviour::ok : lenient ? Behaviour::non_strict : Behaviour::failed;
  if (verdict.behaviour == Behaviour::failed) {
    verdict.why = "expected " + describe(script.ok) + "; got " + describe(events_);
    if (describe(script.ok) == describe(events_)) verdict.why += " with other contents";
  }

  std::string why;
  verdict.close = judge_close(script.ending, why);
  bool wrong_side = verdict.close == Close::failed && script.failed_when_we_end;
  bool wrong_code = verdict.close == Close::wrong_code && script.failed_on_wrong_code;
  if (wrong_side || wrong_code) verdict.behaviour = Behaviour::failed;
  if (verdict.behaviour == Behaviour::non_strict && why.empty()) why = "got " + describe(events_);
  if (!why.empty()) verdict.why += (verdict.why.empty() ? "" : "; ") + why;

  if (script.is_informational) {
    verdict = {Behaviour::informational, Close::informational, "got " + describe(events_), verdict.ended, {}};
  }
  return verdict;
}

/// The rules in their order; the first that applies decides.
Close Session::judge_close(const Ending& ending, std::string& why) const {
  if (killed_) {
    why = ending.by_peer ? "the server did not end the connection" : "timeout";
    return Close::failed;
  }
  if (ending.by_peer && !peer_first_) {
    why = "the server did not end the connection";
    return Close::failed;
  }
  if (!ending.by_peer && peer_first_) {
    why = "the server ended the connection first: " + describe_end();
    return Close::failed;
  }
  if (ending.clean && !(we_closed_ && peer_closed_ && dropped_)) {
    why = !peer_closed_ ? "no Close came back" : "TCP was not dropped after the close handshake";
    return Close::unclean;
  }
  bool is_accepted =
      !peer_closed_ || (!peer_code_ && !ending.code_required) ||
      (peer_code_ && std::find(ending.codes.begin(), ending.codes.end(), *peer_code_) != ending.codes.end());
  if (!is_accepted) {
    why = "close code " + describe_end() + " is not accepted";
    return Close::wrong_code;
  }
  if (!dropped_) {
    why = "we had to drop the connection";
    return Close::failed_by_client;
  }
  return Close::ok;
}

std::string Session::describe_end() const {
  if (peer_closed_) return peer_code_ ? std::to_string(*peer_code_) : "no code";
  return dropped_ ? "dropped" : "no answer";
}

}  // namespace conformance
