// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/json_read.h>

#pragma GCC visibility push(default)

namespace duplex::json {

/// Appends JSON to a string: always valid JSON and valid UTF-8, whatever it is given (invalid UTF-8 becomes U+FFFD, NaN
/// and infinities become null). Binary values go aside, as placeholders; where nobody collects them they are written as
/// Node writes a Buffer: `{"type":"Buffer","data":[…]}`.
class Writer {
 public:
  explicit Writer(std::string& out, std::vector<Binary>* attachments = nullptr) noexcept
      : out_(&out), attachments_(attachments) {}

  void raw(std::string_view json) { out_->append(json); }
  void put(char c) { out_->push_back(c); }
  void null() { raw("null"); }
  void boolean(bool value) { raw(value ? std::string_view("true") : std::string_view("false")); }
  void integer(std::int64_t);
  void unsigned_integer(std::uint64_t);
  void number(double);  ///< as JSON.stringify: the shortest text that reads back as the same number
  void number(float);
  void string(std::string_view);
  void open_array(std::string_view first);  ///< `["first"`: as an event begins
  void binary(Binary);
  /// A value that arrived, as it arrived; only its placeholders are numbered anew. A placeholder that names no binary
  /// is disarmed, so that one client cannot make a packet which another's decoder refuses.
  void view(View);
  void object(Fields&);

 private:
  void renumbered(View);
  std::string* out_;
  std::vector<Binary>* attachments_;
};

/// A string lent by this thread's stock: its memory is warm, so that writing a message allocates nothing.
class Loan {
 public:
  Loan();
  ~Loan();
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  std::string& text() noexcept { return *text_; }

 private:
  void give_up(std::size_t lent) noexcept;
  std::string* text_;
};

namespace detail {
template <class T>
concept string_like = std::is_convertible_v<const T&, std::string_view>;
template <class T>
concept range_like = requires(const T& t) {
  t.begin() != t.end();
  *t.begin();
};
template <class T>
consteval bool can_write();
template <class T>
struct writable_parts : std::false_type {};
template <class... T>
struct writable_parts<std::tuple<T...>> : std::bool_constant<(can_write<T>() && ...)> {};
template <class A, class B>
struct writable_parts<std::pair<A, B>> : std::bool_constant<can_write<A>() && can_write<B>()> {};
template <class T>
concept map_range = range_like<T> && requires {
  typename T::mapped_type;
} && string_like<typename T::key_type>;
template <class T>
consteval bool can_write() {
  if constexpr (is_number<T> || std::is_same_v<T, bool> || string_like<T> || std::is_same_v<T, View> ||
                std::is_same_v<T, Text> || std::is_convertible_v<const T&, Binary> || std::is_null_pointer_v<T> ||
                std::is_same_v<T, std::nullopt_t>)
    return true;
  else if constexpr (has_fields<T>)
    return true;
  else if constexpr (is_optional<T>)
    return can_write<typename T::value_type>();
  else if constexpr (is_tuple<T>)
    return writable_parts<T>::value;
  else if constexpr (map_range<T>)
    return can_write<typename T::mapped_type>();
  else if constexpr (range_like<T>)
    return can_write<std::remove_cvref_t<decltype(*std::declval<const T&>().begin())>>();
  else
    return false;
}
}  // namespace detail

/// What may be emitted, returned from a handler, or given to an ack.
template <class T>
concept writable = detail::can_write<std::remove_cvref_t<T>>();

template <class T>
void write(Writer& w, const T& value) {
  using namespace detail;
  static_assert(
      can_write<T>(),
      "duplex: this type cannot be written as JSON; emit numbers, strings, json::View, ranges, tuples, optionals, or "
      "give the type `friend void duplex_fields(json::Fields&, T&)`");
  if constexpr (!can_write<T>())
    (void)w, (void)value;
  else if constexpr (std::is_null_pointer_v<T> || std::is_same_v<T, std::nullopt_t>)
    w.null();
  else if constexpr (std::is_same_v<T, bool>)
    w.boolean(value);
  else if constexpr (std::is_same_v<T, float>)
    w.number(value);
  else if constexpr (std::is_floating_point_v<T>)
    w.number(static_cast<double>(value));
  else if constexpr (is_number<T> && std::is_signed_v<T>)
    w.integer(value);
  else if constexpr (is_number<T>)
    w.unsigned_integer(value);
  else if constexpr (std::is_same_v<T, const char*> || std::is_same_v<T, char*>)
    value ? w.string(value) : w.null();
  else if constexpr (string_like<T>)
    w.string(std::string_view(value));
  else if constexpr (std::is_same_v<T, View>)
    w.view(value);
  else if constexpr (std::is_same_v<T, Text>)
    w.raw(value.text());
  else if constexpr (std::is_convertible_v<const T&, Binary>)
    w.binary(value);
  else if constexpr (has_fields<T>) {
    Fields fields;
    duplex_fields(fields, const_cast<T&>(value));  // only read from
    w.object(fields);
  } else if constexpr (is_optional<T>) {
    value ? json::write(w, *value) : w.null();
  } else if constexpr (is_tuple<T>) {
    char before = '[';
    std::apply([&](const auto&... each) { ((w.put(before), before = ',', json::write(w, each)), ...); }, value);
    if (before == '[') w.put('[');
    w.put(']');
  } else if constexpr (map_range<T>) {
    char before = '{';
    for (const auto& [name, each] : value) {
      w.put(std::exchange(before, ','));
      w.string(std::string_view(name));
      w.put(':');
      json::write(w, each);
    }
    if (before == '{') w.put('{');
    w.put('}');
  } else {
    using Element = std::remove_cvref_t<decltype(*value.begin())>;
    char before = '[';
    for (const Element& each : value) {  // by its own type: vector<bool> yields a proxy
      w.put(std::exchange(before, ','));
      json::write(w, each);
    }
    if (before == '[') w.put('[');
    w.put(']');
  }
}

namespace detail {
inline void write_members(Writer&, char) {}
template <class V, class... Rest>
void write_members(Writer& w, char before, std::string_view name, const V& value, const Rest&... rest) {
  w.put(before);
  w.string(name);
  w.put(':');
  json::write(w, value);
  write_members(w, ',', rest...);
}
}  // namespace detail

/// `json::object("name", name, "age", 42)`
template <class... NameAndValue>
Text object(const NameAndValue&... each) {
  static_assert(sizeof...(each) % 2 == 0, "duplex: json::object takes pairs: \"name\", value, ...");
  std::string out;
  if constexpr (sizeof...(each) == 0)
    out = '{';
  else if constexpr (sizeof...(each) % 2 == 0) {
    Writer w(out);
    detail::write_members(w, '{', each...);
  }
  out += '}';
  return Text(std::move(out));
}

/// `json::array(1, "two", json::object("three", 3))`
template <class... Value>
Text array(const Value&... each) {
  std::string out(1, '[');
  Writer w(out);
  [[maybe_unused]] std::size_t n = 0;
  ((n++ != 0 ? w.put(',') : void(), json::write(w, each)), ...);
  out += ']';
  return Text(std::move(out));
}

/// Any writable value, as JSON that owns its text.
template <class T>
Text text_of(const T& value) {
  std::string out;
  Writer w(out);
  json::write(w, value);
  return Text(std::move(out));
}

template <class T>
Fields& Fields::operator()(std::string_view name, T& value) {
  static_assert(readable<T> && writable<T>, "duplex: a field of this type cannot be read from or written as JSON");
  static_assert(!borrowed<T>,
                "duplex: a struct owns its fields: use std::string instead of std::string_view or json::View");
  if constexpr (readable<T> && writable<T> && !borrowed<T>)
    add({name, &value, [](Cursor& c, void* v) { return json::read(c, *static_cast<T*>(v)); },
         [](Writer& w, const void* v) { json::write(w, *static_cast<const T*>(v)); }, detail::is_optional<T>, false});
  return *this;
}

}  // namespace duplex::json

#pragma GCC visibility pop
