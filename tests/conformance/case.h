// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/handshake.h"
#include "conformance/pipe.h"
#include "conformance/wire.h"

/// What a case is: what we send, which lists of events are right, and who ends it.
namespace conformance {

/// Something that counts for the verdict: an echoed message, a pong, or a mark of our own waiting.
struct Event {
  enum Kind { text, binary, pong, mark, broken } kind;
  std::string payload;
  bool operator==(const Event&) const = default;
};
using Events = std::vector<Event>;

inline Event echo_of(std::uint8_t opcode, std::string payload) {
  return {opcode == text ? Event::text : Event::binary, std::move(payload)};
}
inline Event pong_of(std::string payload) { return {Event::pong, std::move(payload)}; }
inline Event mark_of(std::string name) { return {Event::mark, std::move(name)}; }

/// How the octets of some frames reach the wire.
struct Delivery {
  enum How { burst, by_frame, chopped } how = burst;
  std::size_t chop = 0;  ///< octets of one write
};
inline constexpr Delivery burst{Delivery::burst, 0};
inline constexpr Delivery by_frame{Delivery::by_frame, 0};
inline constexpr Delivery chop(std::size_t octets) { return {Delivery::chopped, octets}; }

/// One thing that we do: write, then perhaps wait, then perhaps note that the connection outlived the wait.
struct Step {
  std::vector<std::string> writes = {};
  Milliseconds wait{0};
  std::string mark = {};
  bool closes = false;  ///< our Close is among the writes
};

Step send(const std::vector<Frame>& frames, Delivery delivery = burst);
inline Step send_and_close(const std::vector<Frame>& frames) {
  auto step = send(frames);
  step.closes = true;
  return step;
}

/// Who ends the connection, and how it may end.
struct Ending {
  bool by_peer = false;
  bool clean = true;                ///< both Closes exchanged, then TCP dropped by the server
  std::vector<int> codes = {1000};  ///< a Close without code passes too
  bool code_required = false;       ///< … unless the case is about the difference (3.7)
};
inline Ending we_close(std::vector<int> codes = {1000}) { return {false, true, std::move(codes)}; }
inline Ending we_close_wrongly(std::vector<int> codes) { return {false, false, std::move(codes)}; }
inline Ending peer_fails(int code) { return {true, false, {code}}; }

struct Timer {
  Milliseconds limit{1000};
  enum Then { kill, close } then = kill;
};
inline Timer kill_after(int ms) { return {Milliseconds(ms), Timer::kill}; }
inline Timer close_after(int ms) { return {Milliseconds(ms), Timer::close}; }

struct Script {
  std::vector<Step> steps = {};
  Events ok = {};
  std::vector<Events> non_strict = {};  ///< none or one
  Ending ending = {};
  Timer timer = {};
  bool is_informational = false;
  bool failed_when_we_end = false;    ///< ended by the wrong side, the behaviour fails too (6.3 to 6.23)
  bool failed_on_wrong_code = false;  ///< group 7
};

/// One message at a time, the next after the right echo came back.
struct EchoLoop {
  std::uint8_t opcode = text;
  int count = 0;
  std::function<std::string(int index)> message = {};
  std::size_t fragment = 0;  ///< 0: one frame
  Milliseconds limit{};
};

struct Case {
  std::string id;
  std::string what;
  std::function<Script()> script = {};  ///< this …
  std::function<EchoLoop()> loop = {};  ///< … or this
  std::vector<Offer> offers = {};
  bool is_heavy = false;  ///< spends processor time instead of waiting
};

enum class Behaviour { ok, non_strict, informational, unimplemented, failed };
enum class Close { ok, unclean, wrong_code, failed_by_client, failed, informational };

struct Verdict {
  Behaviour behaviour = Behaviour::failed;
  Close close = Close::failed;
  std::string why = {};    ///< empty when all is well
  std::string ended = {};  ///< "1000", "no code", "dropped" …
  Milliseconds took{0};

  bool passed() const {
    return behaviour == Behaviour::informational || (behaviour == Behaviour::ok && close == Close::ok);
  }
};

const char* name(Behaviour behaviour);
const char* name(Close close);

}  // namespace conformance
