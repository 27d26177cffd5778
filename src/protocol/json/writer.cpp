// SPDX-License-Identifier: MIT
#include <duplex/json.h>

#include "protocol/json/escape.h"
#include "protocol/json/number.h"
#include "protocol/json/placeholders.h"
#include "protocol/json/scan.h"

namespace duplex::json {
namespace {

/// Copies a text and gives its binaries new numbers.
class Renumber {
 public:
  Renumber(Writer& writer, std::string& out, std::vector<Binary>* attachments, View view) noexcept
      : writer_(writer), out_(out), collected_(attachments), view_(view), copied_(view.text().data()) {}

  void open(std::size_t depth, const char* at) {
    begins_[depth] = {out_.size() + static_cast<std::size_t>(at - copied_),
                      collected_ != nullptr ? collected_->size() : 0};
  }
  // Until its number is known to be good, a placeholder is written as an object that is none.
  void armed(std::size_t, const char* at) {
    copy_to(at);
    out_.push_back('1');
    copied_ = at + std::string_view("true").size();
  }
  void close(std::size_t depth, const char*, const char* after, bool is_armed, std::optional<double> num) {
    const auto index = is_armed ? detail::index_of(num, view_.attachments().size()) : std::nullopt;
    if (!index) return;
    out_.resize(begins_[depth].text);
    if (collected_ != nullptr) collected_->resize(begins_[depth].binaries);
    writer_.binary(view_.attachments()[*index]);
    copied_ = after;
  }
  void copy_to(const char* at) {
    out_.append(copied_, at);
    copied_ = at;
  }

 private:
  struct Begin {
    std::size_t text, binaries;
  };
  Writer& writer_;
  std::string& out_;
  std::vector<Binary>* collected_;
  View view_;
  const char* copied_;
  Begin begins_[256];
};

/// Appends what nearly every name and many a value is, at once: at most 16 bytes without anything to escape, in quotes
/// and behind `before`.
[[gnu::always_inline]] inline bool append_plain(std::string& out, std::string_view before, std::string_view text) {
#if defined(__SSE2__)
  const std::size_t n = text.size();
  if (n > 16) return false;
  const __m128i bytes =
      n == 16 ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data())) : detail::load_few(text.data(), n);
  const unsigned special = detail::special_in(bytes) & ((1u << n) - 1);
  if ((special | static_cast<unsigned>(_mm_movemask_epi8(bytes))) != 0) return false;
  char quoted[2 + 16 + 1];
  const std::size_t head = before.size() + 1;
  if (!before.empty()) quoted[0] = before[0];
  quoted[head - 1] = '"';
  _mm_storeu_si128(reinterpret_cast<__m128i*>(quoted + head), bytes);
  quoted[head + n] = '"';
  out.append(quoted, head + n + 1);
  return true;
#else
  return (void)out, (void)before, (void)text, false;
#endif
}

/// Strings that keep their memory between messages; a handler that writes while writing takes the next one.
struct Stock {
  static constexpr std::size_t size = 4;
  static constexpr std::size_t largest_kept = 256 << 10;
  std::string strings[size];
  std::size_t lent = 0;
};
thread_local Stock stock;

}  // namespace

void Writer::integer(std::int64_t value) { append_number(*out_, value); }
void Writer::unsigned_integer(std::uint64_t value) { append_number(*out_, value); }
void Writer::number(double value) { append_number(*out_, value); }
void Writer::number(float value) { append_number(*out_, value); }

void Writer::string(std::string_view text) {
  if (append_plain(*out_, {}, text)) return;
  put('"');
  escape(*out_, text);
  put('"');
}

void Writer::open_array(std::string_view first) {
  if (append_plain(*out_, "[", first)) return;
  put('[');
  string(first);
}

void Writer::binary(Binary bytes) {
  if (attachments_ != nullptr) {
    raw("{\"_placeholder\":true,\"num\":");
    unsigned_integer(attachments_->size());
    put('}');
    attachments_->push_back(bytes);
    return;
  }
  raw("{\"type\":\"Buffer\",\"data\":[");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0) put(',');
    unsigned_integer(std::to_integer<std::uint64_t>(bytes[i]));
  }
  raw("]}");
}

void Writer::view(View view) {
  if (view.missing()) return null();
  // Only an object can be a placeholder, or hold one.
  const char first = view.text().front();
  if (first == '"' || first == '-' || (first >= '0' && first <= '9') || !may_hold_placeholder(view.text()))
    return raw(view.text());
  renumbered(view);
}

/// Out of line: it needs much of the stack.
[[gnu::noinline]] void Writer::renumbered(View view) {
  Renumber renumber(*this, *out_, attachments_, view);
  detail::walk_objects(view.text(), renumber);
  renumber.copy_to(view.text().data() + view.text().size());
}

void Writer::object(Fields& fields) {
  char before = '{';
  for (const auto& field : fields.all()) {
    put(std::exchange(before, ','));
    string(field.name);
    put(':');
    field.write(*this, field.value);
  }
  if (before == '{') put('{');
  put('}');
}

Loan::Loan() {
  const std::size_t i = stock.lent++;
  text_ = i < Stock::size ? &stock.strings[i] : new std::string;
  text_->clear();
}

Loan::~Loan() {
  const std::size_t i = --stock.lent;
  if (i >= Stock::size || text_->capacity() > Stock::largest_kept) give_up(i);
}

[[gnu::cold]] void Loan::give_up(std::size_t lent) noexcept {
  if (lent >= Stock::size)
    delete text_;
  else
    *text_ = std::string();
}

}  // namespace duplex::json
