// SPDX-License-Identifier: MIT
#include "app/bench/answer_reader.h"

#include <strings.h>

#include <algorithm>

#include "app/bench/answer.h"

namespace duplex::bench {
namespace {

constexpr std::size_t longest_head = 16 * 1024;

bool says_close(std::string_view connection) noexcept {
  return connection.size() == 5 && strncasecmp(connection.data(), "close", 5) == 0;
}

}  // namespace

/// Sets what is known from the head; the answer, if nothing but the head is waited for.
std::optional<HttpAnswer> AnswerReader::read_head(std::string_view text) {
  const auto end = text.find("\r\n\r\n");
  if (end == text.npos) {
    if (text.size() > longest_head) complaint_ = "the answer's head does not end";
    return {};
  }
  head_ = end + 4;
  const auto answer = read_answer(text.substr(0, head_));
  if (!answer) {
    complaint_ = "the server does not speak HTTP/1.1";
    return {};
  }
  answer_ = {.status = answer->status, .closes = says_close(answer->connection)};
  const auto length = content_length(text.substr(0, head_));
  if (answer->status != 200) {
    answer_.closes = true;  // its content, whatever it is, is not looked for
    return answer_;
  }
  if (!length) complaint_ = "the server's answer has no Content-Length";
  whole_ = head_ + length.value_or(0);
  return {};
}

std::optional<HttpAnswer> AnswerReader::take(ConstBytes& bytes) {
  if (given_) kept_.clear();
  given_ = false;
  if (!complaint_.empty()) return {};

  const bool kept = begun();
  const std::size_t before = kept_.size();
  if (kept) kept_.append(head_ == 0 ? bytes : bytes.first(std::min(bytes.size(), whole_ - before)));
  const ConstBytes all = kept ? kept_.bytes() : bytes;
  if (head_ == 0)
    if (const auto refusal = read_head(as_text(all))) {
      bytes = {};
      head_ = 0, given_ = kept;
      return refusal;
    }
  if (!complaint_.empty()) return {};
  if (head_ == 0 || all.size() < whole_) {
    if (!kept) kept_.append(bytes);
    bytes = {};
    return {};
  }
  bytes = bytes.subspan(whole_ - before);
  answer_.content = all.subspan(head_, whole_ - head_);
  head_ = 0, given_ = kept;
  return answer_;
}

}  // namespace duplex::bench
