// SPDX-License-Identifier: MIT
#include <charconv>

#include "protocol/json/escape.h"
#include "protocol/json/number.h"
#include "protocol/json/scan.h"
#include "protocol/sio/msgpack_json.h"

namespace duplex::sio {
namespace {

constexpr std::size_t largest_kept = 64 * 1024;  // sizes, between messages

/// MessagePack says how many values an array has before the first of them; JSON does not. So the text is walked twice:
/// here, to note the size of each array and object in the order in which they open.
void count(std::string_view json, std::vector<std::uint32_t>& sizes, std::vector<std::uint32_t>& open) {
  const char* at = json.data();
  const char* const end = at + json.size();
  while (at != end) {
    switch (*at) {
      case '"':
        at = json::raw_string(at + 1, end).after;
        if (at == nullptr) return;
        continue;
      case '[':
      case '{': {
        open.push_back(static_cast<std::uint32_t>(sizes.size()));
        at = json::skip_space(at + 1, end);
        sizes.push_back(at != end && *at != ']' && *at != '}' ? 1 : 0);
        continue;
      }
      case ']':
      case '}':
        if (!open.empty()) open.pop_back();
        break;
      case ',':
        if (!open.empty()) ++sizes[open.back()];
        break;
      default:
        break;
    }
    ++at;
  }
}

class FromJson {
 public:
  FromJson(msgpack::Writer& out, std::span<const json::Binary> binaries, const std::vector<std::uint32_t>& sizes)
      : out_(out), binaries_(binaries), sizes_(sizes) {}

  void run(std::string_view json) {
    const char* at = json.data();
    const char* const end = at + json.size();
    while (at != end) {
      switch (*at) {
        case '{':
          if (const char* after = binary(at, end)) {
            at = after;
            break;
          }
          out_.map(next_size());
          ++at;
          break;
        case '[':
          out_.array(next_size());
          ++at;
          break;
        case '"':
          at = string(at + 1, end);
          break;
        case 't':
        case 'f':
          out_.boolean(*at == 't');
          at = json::skip_value(at, end);
          break;
        case 'n':
          out_.nil();
          at = json::skip_value(at, end);
          break;
        case ':':
        case ',':
        case ']':
        case '}':
          ++at;
          break;
        default: {
          const char* const after = json::skip_value(at, end);
          if (after != at) number({at, static_cast<std::size_t>(after - at)});
          at = after != at ? after : at + 1;  // white space
        }
      }
    }
  }

 private:
  std::uint32_t next_size() noexcept { return opened_ < sizes_.size() ? sizes_[opened_++] : 0; }

  /// Behind the placeholder that begins here, as json::Writer writes it, if it names a binary.
  const char* binary(const char* at, const char* end) {
    constexpr std::string_view begin = "{\"_placeholder\":true,\"num\":";
    if (binaries_.empty() || !std::string_view(at, static_cast<std::size_t>(end - at)).starts_with(begin))
      return nullptr;
    std::size_t index = 0;
    const auto [after, error] = std::from_chars(at + begin.size(), end, index);
    if (error != std::errc() || after == end || *after != '}' || index >= binaries_.size()) return nullptr;
    ++opened_;
    out_.binary(binaries_[index]);
    return after + 1;
  }

  const char* string(const char* at, const char* end) {
    const json::RawString string = json::raw_string(at, end);
    if (string.after == nullptr) return end;
    if (!string.has_escapes) {
      out_.string(string.escaped);
      return string.after;
    }
    unescaped_.resize(string.escaped.size());
    const char* const last = json::unescape(unescaped_.data(), string.escaped);
    out_.string({unescaped_.data(), static_cast<std::size_t>(last - unescaped_.data())});
    return string.after;
  }

  void number(std::string_view text) {
    std::int64_t integer = 0;
    std::uint64_t large = 0;
    double real = 0;
    if (json::read_number(text, integer) == duplex::Errc::ok)
      out_.integer(integer);
    else if (json::read_number(text, large) == duplex::Errc::ok)
      out_.unsigned_integer(large);
    else if (json::read_number(text, real) == duplex::Errc::ok)
      out_.number(real);
    else
      out_.nil();
  }

  msgpack::Writer& out_;
  std::span<const json::Binary> binaries_;
  const std::vector<std::uint32_t>& sizes_;
  std::size_t opened_ = 0;
  std::string unescaped_;
};

}  // namespace

void append_msgpack(msgpack::Writer& out, std::string_view json, std::span<const json::Binary> binaries) {
  thread_local std::vector<std::uint32_t> sizes, open;
  sizes.clear(), open.clear();
  count(json, sizes, open);
  FromJson(out, binaries, sizes).run(json);
  if (sizes.capacity() > largest_kept) std::vector<std::uint32_t>().swap(sizes);  // `= {}` would keep the memory
}

}  // namespace duplex::sio
