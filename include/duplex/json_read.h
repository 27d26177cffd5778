// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <duplex/json_view.h>

#pragma GCC visibility push(default)

namespace duplex::json {

class Cursor;
class Writer;

/// The fields of a struct, named once, for reading and for writing. A struct owns its fields: std::string, not
/// std::string_view. Unknown names are skipped; a name that is absent is an error unless its field is optional.
class Fields {
 public:
  template <class T>
  Fields& operator()(std::string_view name, T& value);

  struct Field {
    std::string_view name;
    void* value;
    duplex::Errc (*read)(Cursor&, void*);
    void (*write)(Writer&, const void*);
    bool optional;
    bool seen;
  };
  std::span<Field> all() noexcept { return more_.empty() ? std::span<Field>(few_, size_) : std::span<Field>(more_); }

 private:
  void add(const Field& field);

  static constexpr std::size_t capacity = 24;
  Field few_[capacity];  // not initialised: only what is added is read
  std::size_t size_ = 0;
  std::vector<Field> more_;  // all of them, once they are too many for the array
};

namespace detail {
template <class T>
inline constexpr bool always_false = false;
template <class T>
concept has_fields = requires(Fields& f, T& t) {
  duplex_fields(f, t);
};
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_tuple = false;
template <class... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;
template <class A, class B>
inline constexpr bool is_tuple<std::pair<A, B>> = true;
template <class T>
inline constexpr bool is_char = std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char8_t> ||
                                std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;
template <class T>
inline constexpr bool is_number = std::is_arithmetic_v<T> && !is_char<T> && !std::is_same_v<T, bool>;

// Containers are known by their shape, so that <map>, <deque> and <list> need not be included here.
template <class T>
concept map_like = requires(T& m, std::string name, typename T::mapped_type v) {
  typename T::key_type;
  m.insert_or_assign(std::move(name), std::move(v));
  m.clear();
};
template <class T>
concept list_like = !map_like<T> && requires(T & list, typename T::value_type v) {
  list.push_back(std::move(v));
  list.clear();
};
template <class T>
inline constexpr bool is_bytes = false;
template <class A>
inline constexpr bool is_bytes<std::vector<std::byte, A>> = true;

template <class T>
inline constexpr bool is_scalar =
    is_number<T> || std::is_same_v<T, bool> || std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view> ||
    std::is_same_v<T, View> || std::is_same_v<T, Text> || std::is_same_v<T, Binary> || is_bytes<T>;

template <class T>
consteval bool can_read();
template <class T>
struct readable_parts : std::false_type {};
template <class... T>
struct readable_parts<std::tuple<T...>> : std::bool_constant<(can_read<T>() && ...)> {};
template <class A, class B>
struct readable_parts<std::pair<A, B>> : std::bool_constant<can_read<A>() && can_read<B>()> {};
template <class T>
consteval bool can_read() {
  if constexpr (is_scalar<T>)
    return true;
  else if constexpr (has_fields<T>)
    return std::is_default_constructible_v<T>;
  else if constexpr (is_optional<T>)
    return can_read<typename T::value_type>();
  else if constexpr (is_tuple<T>)
    return readable_parts<T>::value;
  else if constexpr (map_like<T>)
    return can_read<typename T::mapped_type>();
  else if constexpr (list_like<T>)
    return can_read<typename T::value_type>();
  else
    return false;
}

template <class T>
consteval bool is_borrowed();
template <class T>
struct borrowed_parts : std::false_type {};
template <class... T>
struct borrowed_parts<std::tuple<T...>> : std::bool_constant<(is_borrowed<T>() || ...)> {};
template <class A, class B>
struct borrowed_parts<std::pair<A, B>> : std::bool_constant<is_borrowed<A>() || is_borrowed<B>()> {};
template <class T>
consteval bool is_borrowed() {
  if constexpr (std::is_same_v<T, std::string_view> || std::is_same_v<T, View> || std::is_same_v<T, Binary>)
    return true;
  else if constexpr (is_scalar<T>)
    return false;
  else if constexpr (is_optional<T>)
    return is_borrowed<typename T::value_type>();
  else if constexpr (is_tuple<T>)
    return borrowed_parts<T>::value;
  else if constexpr (map_like<T>)
    return is_borrowed<typename T::mapped_type>();
  else if constexpr (list_like<T>)
    return is_borrowed<typename T::value_type>();
  else
    return false;
}
}  // namespace detail

/// What a handler's parameter may be: bool, numbers, std::string(_view), json::View, json::Text, json::Binary,
/// std::vector<std::byte>, optional, vector, map, tuple, pair, and structs with duplex_fields.
template <class T>
concept readable = detail::can_read<T>();
/// True if T holds a view into the receive buffer.
template <class T>
concept borrowed = detail::is_borrowed<T>();

/// Where unescaped strings live until the handler returns: one per loop, cleared between messages, its memory kept.
class Scratch {
 public:
  Scratch() noexcept = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();

  char* allocate(std::size_t n);
  /// Forgets everything. One block of moderate size stays for the next message.
  void clear() noexcept;

 private:
  struct Block;
  Block* top_ = nullptr;
  std::size_t used_ = 0;
};

/// Walks JSON text that has been validated; on other text the values are unspecified, but it stays within the text.
/// Everything that does not depend on a user's type is out of line.
class Cursor {
 public:
  Cursor(std::string_view text, std::span<const Binary> attachments, Scratch& scratch) noexcept
      : at_(text.data()), end_(at_ + text.size()), attachments_(attachments), scratch_(&scratch) {}

  /// The text is `a,b,c`, without brackets: a packet's arguments. `one`: it is known to be one value.
  void enter_elements(bool one = false) noexcept {
    first_ = true;
    one_ = one;
  }
  bool enter_array() noexcept;           ///< '['
  bool enter_object() noexcept;          ///< '{'
  bool next_element() noexcept;          ///< false at ']' (consumed) or at the end of the text
  bool next_key(std::string_view& key);  ///< false at '}' (consumed); unescaped into the scratch
  bool skip_null() noexcept;             ///< consumes `null` if that is what follows
  View skip() noexcept;                  ///< any value, as its text

  duplex::Errc read(bool&) noexcept;
  duplex::Errc read(std::int64_t&) noexcept;  ///< `2.0` and `2e3` are integers too; 2.5 is a bad argument
  duplex::Errc read(std::uint64_t&) noexcept;
  duplex::Errc read(double&) noexcept;  ///< `1e999` is infinity, as in JavaScript
  duplex::Errc read(std::string_view&);
  duplex::Errc read(Binary&) noexcept;
  duplex::Errc read(Fields&);

 private:
  void space() noexcept;
  const char* at_;
  const char* end_;
  bool first_ = false;
  bool one_ = false;  // all that is left is one value, which need not be scanned to be skipped
  std::span<const Binary> attachments_;
  Scratch* scratch_;
};

template <class T>
duplex::Errc read(Cursor& c, T& out) {
  using namespace detail;
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint64_t> ||
                std::is_same_v<T, double> || std::is_same_v<T, std::string_view> || std::is_same_v<T, Binary>) {
    return c.read(out);
  } else if constexpr (is_number<T>) {
    using Integer = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    using Wide = std::conditional_t<std::is_floating_point_v<T>, double, Integer>;
    Wide wide{};
    if (auto e = c.read(wide); e != duplex::Errc::ok) return e;
    if constexpr (sizeof(T) < sizeof(Wide)) {
      constexpr Wide most = std::numeric_limits<T>::max();
      constexpr Wide least = std::numeric_limits<T>::lowest();
      const bool infinite = std::is_floating_point_v<T> && wide - wide != 0;
      if (!infinite && (wide > most || wide < least)) return duplex::Errc::out_of_range;
    }
    out = static_cast<T>(wide);
    return duplex::Errc::ok;
  } else if constexpr (std::is_same_v<T, std::string>) {
    std::string_view s;
    const auto e = c.read(s);
    if (e == duplex::Errc::ok) out.assign(s);
    return e;
  } else if constexpr (is_bytes<T>) {
    Binary bytes;
    const auto e = c.read(bytes);
    if (e == duplex::Errc::ok) out.assign(bytes.begin(), bytes.end());
    return e;
  } else if constexpr (std::is_same_v<T, View> || std::is_same_v<T, Text>) {
    out = T(c.skip());
    return duplex::Errc::ok;
  } else if constexpr (has_fields<T>) {
    Fields fields;
    duplex_fields(fields, out);
    return c.read(fields);
  } else if constexpr (is_optional<T>) {
    if (!c.skip_null()) return json::read(c, out.emplace());
    out.reset();
    return duplex::Errc::ok;
  } else if constexpr (is_tuple<T>) {
    if (!c.enter_array()) return duplex::Errc::bad_argument;
    auto e = duplex::Errc::ok;
    const auto element = [&](auto& each) {
      e = c.next_element() ? json::read(c, each) : duplex::Errc::missing_argument;
      return e == duplex::Errc::ok;
    };
    std::apply([&](auto&... each) { (void)(element(each) && ...); }, out);
    if (e == duplex::Errc::ok && c.next_element()) return duplex::Errc::bad_argument;
    return e;
  } else if constexpr (map_like<T>) {
    if (!c.enter_object()) return duplex::Errc::bad_argument;
    out.clear();
    for (std::string_view key; c.next_key(key);) {
      std::string name(key);
      typename T::mapped_type value{};
      if (auto e = json::read(c, value); e != duplex::Errc::ok) return e;
      out.insert_or_assign(std::move(name), std::move(value));
    }
    return duplex::Errc::ok;
  } else if constexpr (list_like<T>) {
    if (!c.enter_array()) return duplex::Errc::bad_argument;
    out.clear();
    while (c.next_element()) {
      typename T::value_type element{};
      if (auto e = json::read(c, element); e != duplex::Errc::ok) return e;
      out.push_back(std::move(element));
    }
    return duplex::Errc::ok;
  } else {
    static_assert(always_false<T>,
                  "duplex: this type cannot be read from JSON; give it `friend void duplex_fields(json::Fields&, T&)`");
    return duplex::Errc::bad_argument;
  }
}

template <class T>
Result<T> View::as() const {
  static_assert(readable<T>,
                "duplex: this type cannot be read from JSON; give it `friend void duplex_fields(json::Fields&, T&)`");
  static_assert(
      !borrowed<T>,
      "duplex: as<T>() has nowhere to keep an unescaped string; ask for std::string, or take std::string_view as "
      "a handler parameter");
  if constexpr (readable<T> && !borrowed<T>) {
    T out{};
    if (missing()) {
      if constexpr (detail::is_optional<T>)
        return out;
      else
        return duplex::Errc::missing_argument;
    }
    Scratch scratch;
    Cursor c(text_, attachments_, scratch);
    if (auto e = json::read(c, out); e != duplex::Errc::ok) return e;
    return out;
  }
}

}  // namespace duplex::json

#pragma GCC visibility pop
