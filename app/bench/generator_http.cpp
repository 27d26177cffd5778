// SPDX-License-Identifier: MIT
#include <algorithm>

#include "app/bench/answer.h"
#include "app/bench/generator.h"

namespace duplex::bench {
namespace {

constexpr std::size_t longest_head = 16 * 1024;

}  // namespace

void Generator::ask(Connection& connection, std::uint64_t count, std::uint64_t now) {
  for (std::uint64_t i = 0; i < count; ++i) connection.urgent += request_bytes_.text();
  connection.sent += count;
  expected_total_ += count;
  connection.stamps.push(now, count);
}

/// Whether the head is complete; `bytes` is then what is behind it.
bool Generator::take_answer_head(Connection& connection, Bytes& bytes) {
  const std::size_t before = connection.head.size();
  connection.head.append(as_text(bytes));
  const auto end = connection.head.find("\r\n\r\n", before < 3 ? 0 : before - 3);
  if (end == std::string::npos) {
    if (connection.head.size() > longest_head) lost(connection, "the answer's head does not end");
    return false;
  }
  const std::string_view head = std::string_view(connection.head).substr(0, end + 4);
  bytes = bytes.subspan(end + 4 - before);
  if (!head.starts_with("HTTP/1.1 200")) {
    lost(connection, "the server answered " + std::string(head.substr(0, head.find("\r\n"))));
    return false;
  }
  const auto length = content_length(head);
  if (!length || (content_size_ && *content_size_ != *length)) {
    lost(connection, length ? "the server's answers differ in length" : "the server's answer has no Content-Length");
    return false;
  }
  content_size_ = length;
  connection.head.resize(end + 4);  // not empty: the content comes
  connection.body = 0;
  return true;
}

/// Every answer is compared with the first one.
void Generator::take_answers(Connection& connection, Bytes bytes) {
  std::uint64_t count = 0;
  while (!bytes.empty()) {
    if (connection.received + count >= connection.sent)
      return lost(connection, "an answer came that was not asked for");
    const bool in_content = connection.head.ends_with("\r\n\r\n");
    if (!in_content && !take_answer_head(connection, bytes)) break;
    const std::size_t size = std::min(bytes.size(), *content_size_ - connection.body);
    const std::string_view part = as_text(bytes.first(size));
    // Who gets further than all before tells the others how it goes on.
    if (!content_) content_.emplace();
    const std::size_t known = std::min(size, content_->size() - connection.body);
    content_->append(part.substr(known));
    if (std::string_view(*content_).substr(connection.body, known) != part.substr(0, known))
      return lost(connection, "the server's answers differ");
    connection.body += size;
    bytes = bytes.subspan(size);
    if (connection.body < *content_size_) break;
    connection.head.clear();
    ++count;
  }
  if (connection.state == Connection::closed || count == 0) return;
  const std::uint64_t now = clock_ns();
  last_progress_ = now;
  connection.received += count;
  received_total_ += count;
  if (measuring_) found_.messages += count;
  connection.stamps.pop(count, [this, now](std::uint64_t sent_ns, std::uint64_t of_these) {
    if (measuring_) found_.latency.record(now - sent_ns, of_these);
  });
  if (sending_) ask(connection, count, now);
}

}  // namespace duplex::bench
