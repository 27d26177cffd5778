// SPDX-License-Identifier: MIT

#include <algorithm>

#include "protocol/json/escape.h"
#include "protocol/json/number.h"
#include "protocol/sio/error.h"
#include "protocol/sio/msgpack_json.h"

namespace duplex::sio {
namespace {

using msgpack::Kind;
using msgpack::Value;

constexpr std::int64_t day = 86'400'000;                       // ms
constexpr std::int64_t furthest_date = 8'640'000'000'000'000;  // ECMA-262 §21.4.1.1
constexpr std::size_t deepest = 256;

void append_digits(std::string& out, std::int64_t value, int digits) {
  char text[8];
  for (int i = digits; i-- > 0; value /= 10) text[i] = static_cast<char>('0' + value % 10);
  out.append(text, static_cast<std::size_t>(digits));
}

/// ECMA-262 §21.4.4.36 Date.prototype.toISOString, in quotes; the proleptic Gregorian calendar.
void append_date(std::string& out, std::int64_t milliseconds) {
  if (milliseconds > furthest_date || milliseconds < -furthest_date) {
    out.append("null");
    return;
  }
  const std::int64_t days = (milliseconds - (milliseconds < 0 ? day - 1 : 0)) / day;
  const std::int64_t in_day = milliseconds - days * day;
  // Years begin in March, so that a leap day is the last of its year; whole cycles of 400 years are 146,097 days long.
  const std::int64_t since = days + 719'468;  // the first of March in year 0
  const std::int64_t cycle = (since - (since < 0 ? 146'096 : 0)) / 146'097;
  const std::int64_t of_cycle = since - cycle * 146'097;
  const std::int64_t year_of_cycle = (of_cycle - of_cycle / 1'460 + of_cycle / 36'524 - of_cycle / 146'096) / 365;
  const std::int64_t of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
  const std::int64_t march_month = (5 * of_year + 2) / 153;
  const std::int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  const std::int64_t year = year_of_cycle + cycle * 400 + (month <= 2 ? 1 : 0);

  out.push_back('"');
  if (year < 0 || year > 9999) out.push_back(year < 0 ? '-' : '+');
  append_digits(out, year < 0 ? -year : year, year < 0 || year > 9999 ? 6 : 4);
  out.push_back('-');
  append_digits(out, month, 2);
  out.push_back('-');
  append_digits(out, of_year - (153 * march_month + 2) / 5 + 1, 2);
  out.push_back('T');
  append_digits(out, in_day / 3'600'000, 2);
  out.push_back(':');
  append_digits(out, in_day / 60'000 % 60, 2);
  out.push_back(':');
  append_digits(out, in_day / 1'000 % 60, 2);
  out.push_back('.');
  append_digits(out, in_day % 1'000, 3);
  out.append("Z\"");
}

class ToJson {
 public:
  ToJson(msgpack::Reader& in, const ParserLimits& limits, std::string& out, std::vector<json::Binary>& binaries)
      : in_(in), limits_(limits), out_(out), binaries_(binaries) {}

  std::error_code run() {
    Value value;
    do {
      if (depth_ == 0) {
        if (const auto e = in_.next(value); e != msgpack::Errc::ok) return e;
        if (const auto e = put(value)) return e;
      } else if (const auto e = levels_[depth_ - 1].is_map ? member() : element()) {
        return e;
      }
      while (depth_ != 0 && levels_[depth_ - 1].left == 0) out_.push_back(levels_[--depth_].is_map ? '}' : ']');
    } while (depth_ != 0);
    return {};
  }

 private:
  struct Level {
    std::uint32_t left;
    bool is_map, is_empty;
  };

  std::error_code element() {
    Value value;
    if (const auto e = in_.next(value); e != msgpack::Errc::ok) return e;
    separate();
    return put(value);
  }

  std::error_code member() {
    Value key, value;
    if (const auto e = in_.next(key); e != msgpack::Errc::ok) return e;
    if (key.kind == Kind::string && key.text() == "__proto__") {
      --levels_[depth_ - 1].left;
      return in_.skip();
    }
    if (key.kind != Kind::string && key.kind != Kind::integer && key.kind != Kind::unsigned_integer)
      return msgpack::Errc::bad_key;
    if (const auto e = in_.next(value); e != msgpack::Errc::ok) return e;
    if (value.kind == Kind::undefined) {
      --levels_[depth_ - 1].left;
      return {};
    }
    separate();
    out_.push_back('"');
    if (key.kind == Kind::string)
      json::escape(out_, key.text());
    else
      number(key);
    out_.append("\":");
    if (key.kind == Kind::string && key.text() == "_placeholder" && value.kind == Kind::boolean && value.boolean) {
      out_.push_back('1');
      return {};
    }
    return put(value);
  }

  /// Counts one of the innermost array or map, and puts a comma before all but the first.
  void separate() {
    Level& level = levels_[depth_ - 1];
    --level.left;
    if (!level.is_empty) out_.push_back(',');
    level.is_empty = false;
  }

  std::error_code put(const Value& value) {
    switch (value.kind) {
      case Kind::nil:
      case Kind::undefined:
        out_.append("null");
        return {};
      case Kind::boolean:
        out_.append(value.boolean ? std::string_view("true") : std::string_view("false"));
        return {};
      case Kind::integer:
      case Kind::unsigned_integer:
        number(value);
        return {};
      case Kind::real:
        json::append_number(out_, value.real);
        return {};
      case Kind::string:
        out_.push_back('"');
        json::escape(out_, value.text());
        out_.push_back('"');
        return {};
      case Kind::date:
        append_date(out_, value.integer);
        return {};
      case Kind::binary:
        return binary(value.bytes, 1);
      case Kind::extension: {
        out_.push_back('[');
        json::append_number(out_, std::int64_t{value.type});
        out_.push_back(',');
        const auto e = binary(value.bytes, 2);
        out_.push_back(']');
        return e;
      }
      case Kind::array:
      case Kind::map:
        if (depth_ >= std::min(limits_.max_depth, deepest)) return Errc::too_deep;
        levels_[depth_++] = {value.size, value.kind == Kind::map, true};
        out_.push_back(value.kind == Kind::map ? '{' : '[');
        return {};
    }
    return {};
  }

  void number(const Value& value) {
    if (value.kind == Kind::integer)
      json::append_number(out_, value.integer);
    else
      json::append_number(out_, value.unsigned_integer);
  }

  /// A placeholder is an object, and so many levels deep.
  std::error_code binary(ConstBytes bytes, std::size_t levels) {
    if (depth_ + levels > std::min(limits_.max_depth, deepest)) return Errc::too_deep;
    if (binaries_.size() >= limits_.max_binaries) return Errc::too_many_binaries;
    out_.append("{\"_placeholder\":true,\"num\":");
    json::append_number(out_, std::uint64_t{binaries_.size()});
    out_.push_back('}');
    binaries_.push_back(bytes);
    return {};
  }

  msgpack::Reader& in_;
  const ParserLimits& limits_;
  std::string& out_;
  std::vector<json::Binary>& binaries_;
  std::size_t depth_ = 0;
  Level levels_[deepest];  // not initialised: only what has been entered is read
};

}  // namespace

std::error_code append_json(msgpack::Reader& in, const ParserLimits& limits, std::string& out,
                            std::vector<json::Binary>& binaries) {
  return ToJson(in, limits, out, binaries).run();
}

}  // namespace duplex::sio
