// SPDX-License-Identifier: MIT
#pragma once
#include <type_traits>
#include <vector>

#include <duplex/function.h>
#include <duplex/json.h>

#pragma GCC visibility push(default)

namespace duplex {
template <class T>
class Task;
}
namespace duplex::ws {
class Socket;
}
namespace duplex::sio {
class Socket;

/// The arguments that are left, as many as there are: a handler's last parameter but an Ack. Emitted, or given to an
/// ack, each of them is an argument again. Borrowed until the handler returns.
///
///     io.on("relay", [](sio::Socket& socket, std::string_view room, sio::Rest rest) { socket.to(room).emit("relayed",
///     rest); });
struct Rest {
  std::vector<json::View> values;
};

namespace detail {
/// Appends what follows `before`: one value, or those of a Rest.
template <class T>
void write_argument(json::Writer& w, char& before, const T& value) {
  if constexpr (std::is_same_v<T, Rest>) {
    for (const json::View each : value.values) write_argument(w, before, each);
  } else {
    if (before != '\0') w.put(before);
    before = ',';
    json::write(w, value);
  }
}
}  // namespace detail

/// A promise to answer one event: move-only, answered once, on any thread. Dropped unanswered, the client gets no ack.
///
///     io.on("later", [&](sio::Socket&, std::string job, sio::Ack ack) { jobs.start(std::move(job), std::move(ack));
///     });
///
/// It is an address and no pointer, so it may outlive the socket and the server: such an answer goes nowhere.
class Ack {
 public:
  /// Who takes the answers of one kind of socket: a table of functions, there for ever.
  struct Answerer {
    /// `arguments` is a JSON array, whose placeholders name `attachments`; both are borrowed for the call. Any thread.
    void (*answer)(std::uint64_t to, std::uint64_t id, std::string_view arguments,
                   std::span<const json::Binary> attachments) noexcept;
    /// The Ack that a handler had taken was destroyed unanswered: worth a line in the log. May be null. Any thread.
    void (*dropped)(std::uint64_t to, std::uint64_t id) noexcept;
  };
  /// Where an answer goes: the socket's handle (never wrong, perhaps stale) and the client's ack id. A plain value.
  struct Address {
    const Answerer* answerer = nullptr;  ///< null: no answer was asked for
    std::uint64_t to = 0;
    std::uint64_t id = 0;
    explicit operator bool() const noexcept { return answerer != nullptr; }
  };

  Ack() noexcept = default;
  explicit Ack(Address address) noexcept : address_(address) {}
  Ack(Ack&& o) noexcept : address_(std::exchange(o.address_, {})) {}
  Ack& operator=(Ack&& o) noexcept {
    std::swap(address_, o.address_);
    return *this;
  }
  ~Ack() {
    if (address_.answerer != nullptr && address_.answerer->dropped != nullptr)
      address_.answerer->dropped(address_.to, address_.id);
  }

  /// Did the client ask for an answer, and is it still owed?
  explicit operator bool() const noexcept { return address_.answerer != nullptr; }

  /// Gives up the promise without a word: the client gets no ack, and nobody is told.
  void forget() noexcept { address_ = {}; }

  /// Answers with these values. The second time, or where none was asked for, it does nothing. Any thread.
  template <class... T>
  void operator()(const T&... values) {
    if (!*this) return;
    json::Loan loan;
    std::vector<json::Binary> attachments;
    json::Writer w(loan.text(), &attachments);
    w.put('[');
    [[maybe_unused]] char before = '\0';
    (detail::write_argument(w, before, values), ...);
    w.put(']');
    const Address to = std::exchange(address_, {});
    to.answerer->answer(to.to, to.id, loan.text(), attachments);
  }

 private:
  Address address_;
};

/// What arrived: everything a bound handler needs, with no template in it.
struct Arrival {
  Socket* socket;
  std::string_view arguments;  ///< validated JSON values after the event's name, `a,b,c`, without brackets
  std::span<const json::Binary> attachments;
  json::Scratch& scratch;
  Ack::Address ack = {};
  bool has_one = false;  ///< it is known that there is exactly one argument
};
/// Which argument was refused, and why. Index 0 is the first after the event's name.
struct Refusal {
  duplex::Errc why = duplex::Errc::ok;
  unsigned index = 0;
  explicit operator bool() const noexcept { return why != duplex::Errc::ok; }
};
/// A handler of any signature, ready to be called: refuses (and does not call) when an argument does not fit.
using Bound = Function<Refusal(Arrival&)>;

namespace detail {
template <class... T>
struct Types {
  static constexpr std::size_t size = sizeof...(T);
};
template <class R, class A>
struct Signature {
  using Return = R;
  using Args = A;
};
struct NoSignature {};

template <class F>
struct member_signature {
  using type = NoSignature;
};
#define DUPLEX_SIGNATURE(quals)                   \
  template <class R, class C, class... A>         \
  struct member_signature<R (C::*)(A...) quals> { \
    using type = Signature<R, Types<A...>>;       \
  };
DUPLEX_SIGNATURE()
DUPLEX_SIGNATURE(const)
DUPLEX_SIGNATURE(noexcept)
DUPLEX_SIGNATURE(const noexcept)
#undef DUPLEX_SIGNATURE

template <class F>
struct signature {
  using type = NoSignature;
};
template <class F>
requires requires { &F::operator(); }
struct signature<F> : member_signature<decltype(&F::operator())> {};
template <class R, class... A>
struct signature<R (*)(A...)> {
  using type = Signature<R, Types<A...>>;
};
template <class R, class... A>
struct signature<R (*)(A...) noexcept> {
  using type = Signature<R, Types<A...>>;
};

template <class>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<Task<T>> = true;
template <class>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;
template <class>
struct inside {
  using type = void;
};
template <template <class> class Wrapper, class T>
struct inside<Wrapper<T>> {
  using type = T;
};

/// One parameter of a handler; the compiler prints Position and Parameter beside the message.
template <std::size_t Position, class Parameter>
consteval bool check_parameter() {
  using Value = std::remove_cvref_t<Parameter>;
  using json::detail::always_false;
  if constexpr (std::is_same_v<Value, Socket>) {
    static_assert(always_false<Value>,
                  "duplex: sio::Socket& comes first, by non-const reference: `[](sio::Socket& socket, ...)`");
    return false;
  } else if constexpr (std::is_same_v<Value, ws::Socket>) {
    static_assert(always_false<Value>, "duplex: this is a Socket.IO handler: it takes sio::Socket&, not ws::Socket&");
    return false;
  } else if constexpr (std::is_same_v<Value, Ack>) {
    static_assert(always_false<Value>, "duplex: sio::Ack comes last, by value: `[](sio::Socket&, ..., sio::Ack ack)`");
    return false;
  } else if constexpr (std::is_same_v<Value, const char*> || std::is_same_v<Value, char*>) {
    static_assert(always_false<Value>,
                  "duplex: take text as std::string_view (borrowed) or std::string (yours), not as char*");
    return false;
  } else if constexpr (std::is_lvalue_reference_v<Parameter> && !std::is_const_v<std::remove_reference_t<Parameter>>) {
    static_assert(always_false<Value>, "duplex: a handler takes its arguments by value or by const reference");
    return false;
  } else if constexpr (!json::readable<Value> && !std::is_same_v<Value, Rest>) {
    static_assert(
        json::readable<Value>,
        "duplex: a handler parameter of this type cannot be read from JSON; use bool, a number, std::string_view, "
        "std::string, json::View, json::Binary, std::optional, std::vector, std::map, std::tuple, or a struct with "
        "duplex_fields");
    return false;
  } else {
    return true;
  }
}

template <class... P>
consteval bool check_all(Types<P...>) {
  return []<std::size_t... N>(std::index_sequence<N...>) {
    bool all[] = {true, check_parameter<N, P>()...};  // an array, so that every wrong parameter is reported
    for (bool ok : all)
      if (!ok) return false;
    return true;
  }
  (std::index_sequence_for<P...>());
}

template <class Return>
consteval bool check_return() {
  if constexpr (std::is_void_v<Return>) {
    return true;
  } else if constexpr (is_task<Return> || is_result<Return>) {
    return check_return<typename inside<Return>::type>();
  } else {
    static_assert(
        json::writable<Return>,
        "duplex: what this handler returns becomes the ack, but the type cannot be written as JSON; return void, or "
        "a number, string, json::View, range, tuple, optional, or a struct with duplex_fields");
    return json::writable<Return>;
  }
}

template <class Done, class... P>
struct strip_ack;
template <class... D>
struct strip_ack<Types<D...>> {
  static constexpr bool with_ack = false;
  using Values = Types<D...>;
};
template <class... D>
struct strip_ack<Types<D...>, Ack> {
  static constexpr bool with_ack = true;
  using Values = Types<D...>;
};
template <class... D, class P, class... Rest>
struct strip_ack<Types<D...>, P, Rest...> : strip_ack<Types<D..., P>, Rest...> {};
template <class... P>
struct Shape : strip_ack<Types<>, P...> {
  static constexpr bool with_socket = false;
};
template <class... P>
struct Shape<Socket&, P...> : strip_ack<Types<>, P...> {
  static constexpr bool with_socket = true;
};

/// Reads one argument; a missing one is fine only for an optional.
template <class V>
duplex::Errc read_argument(json::Cursor& c, bool& more, V& out) {
  more = more && c.next_element();
  if (more) return json::read(c, out);
  return json::detail::is_optional<V> ? duplex::Errc::ok : duplex::Errc::missing_argument;
}

inline duplex::Errc read_argument(json::Cursor& c, bool& more, Rest& out) {
  while (more && (more = c.next_element())) out.values.push_back(c.skip());
  return duplex::Errc::ok;
}

/// Answers with what a handler gave: nothing for void, `{"error": text}` for a Result that holds an error.
template <class T>
void answer(Ack& ack, const T& value) {
  ack(value);
}
template <class T>
void answer(Ack& ack, const Result<T>& result) {
  if (!result) return ack(json::object("error", result.error().message()));
  if constexpr (std::is_void_v<T>)
    ack();
  else
    ack(*result);
}

template <class F, class Shape_, class Return, class Values>
struct Caller;
template <class F, class Shape_, class Return, class... P>
struct Caller<F, Shape_, Return, Types<P...>> {
  F f;
  Refusal operator()(Arrival& in) { return run(in, std::remove_cvref_t<P>()...); }

 private:
  /// The parameters are the storage of the arguments: no std::tuple, no std::apply, a third of the compile time.
  Refusal run([[maybe_unused]] Arrival& in, std::remove_cvref_t<P>... v) {
    if constexpr (sizeof...(P) > 0) {
      json::Cursor c(in.arguments, in.attachments, in.scratch);
      c.enter_elements(in.has_one);
      Refusal refusal;
      bool more = true;
      const auto read = [&](auto& value) {
        refusal.why = read_argument(c, more, value);
        if (!refusal) ++refusal.index;
        return !refusal;
      };
      if (!(read(v) && ...)) return refusal;
    }
    if constexpr (Shape_::with_ack) {
      call(in, static_cast<P&&>(v)..., Ack(in.ack));
    } else if constexpr (std::is_void_v<Return>) {
      call(in, static_cast<P&&>(v)...);
    } else if constexpr (is_task<Return>) {
      when_done(call(in, static_cast<P&&>(v)...), [ack = Ack(in.ack)](const auto&... value) mutable {
        if constexpr (sizeof...(value) > 0)
          (answer(ack, value), ...);
        else
          ack.forget();
      });
    } else {
      const auto& value = call(in, static_cast<P&&>(v)...);
      if (!in.ack) return {};
      Ack ack(in.ack);
      answer(ack, value);
    }
    return {};
  }
  template <class... A>
  decltype(auto) call([[maybe_unused]] Arrival& in, A&&... a) {
    if constexpr (Shape_::with_socket)
      return f(*in.socket, static_cast<A&&>(a)...);
    else
      return f(static_cast<A&&>(a)...);
  }
};

template <class... P>
consteval bool any_borrowed(Types<P...>) {
  return (false || ... ||
          (std::is_same_v<std::remove_cvref_t<P>, Rest> || json::borrowed<std::remove_cvref_t<P>> ||
           std::is_reference_v<P>));
}

template <class F>
Bound bind_checked(F f) {
  using S = typename signature<F>::type;
  if constexpr (std::is_same_v<S, NoSignature>) {
    static_assert(
        !std::is_same_v<S, NoSignature>,
        "duplex: a handler names the types of its parameters, because they say how to read the arguments: write "
        "`[](sio::Socket& socket, std::string_view room)`, not `auto`; overloaded callables do not fit either");
    return {};
  } else {
    using Sh = decltype([]<class... P>(Types<P...>) { return Shape<P...>(); }(typename S::Args()));
    using Values = typename Sh::Values;
    using Return = std::remove_cvref_t<typename S::Return>;
    constexpr bool parameters_ok = check_all(Values());
    constexpr bool return_ok = check_return<Return>();
    constexpr bool one_answer = !Sh::with_ack || std::is_void_v<Return>;
    static_assert(one_answer, "duplex: a handler either takes an sio::Ack or returns the answer, not both");
    if constexpr (is_task<Return>)
      static_assert(
          !Sh::with_socket && !any_borrowed(Values()),
          "duplex: a coroutine outlives its arguments: take std::string for std::string_view, and sio::Handle for "
          "sio::Socket&");
    if constexpr (parameters_ok && return_ok && one_answer)
      return Caller<F, Sh, Return, Values>{std::move(f)};
    else
      return {};
  }
}
}  // namespace detail

/// A lambda, a function or a function object, made ready to be called with JSON.
template <class F>
Bound bind(F&& f) {
  return detail::bind_checked<std::decay_t<F>>(std::forward<F>(f));
}

/// `io.on("say", &chat, &Chat::say)`
template <class C, class R, class... A>
Bound bind(C* object, R (C::*member)(A...)) {
  return sio::bind([object, member](A... a) -> R { return (object->*member)(static_cast<A&&>(a)...); });
}
template <class C, class R, class... A>
Bound bind(const C* object, R (C::*member)(A...) const) {
  return sio::bind([object, member](A... a) -> R { return (object->*member)(static_cast<A&&>(a)...); });
}
}  // namespace duplex::sio

#pragma GCC visibility pop
