// SPDX-License-Identifier: MIT
#include "server/http/pattern.h"

#include <array>
#include <functional>

#include "core/utf8.h"
#include "protocol/http/url.h"

namespace duplex::http {
namespace {

constexpr std::size_t most_alternatives = 256;  // as in Express
constexpr std::size_t most_captures = 16;
constexpr int most_steps = 100'000;  // of one search: then the path does not match, whatever the pattern

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
bool is_name_char(char c, bool first) noexcept {
  return c == '_' || c == '$' || (lower(c) >= 'a' && lower(c) <= 'z') || (!first && c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool begins_with(std::string_view path, std::size_t at, std::string_view text) noexcept {
  if (path.size() - at < text.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (lower(path[at + i]) != lower(text[i])) return false;
  return true;
}

}  // namespace

std::string_view Params::get(std::string_view name) const noexcept {
  for (std::size_t i = size_; i-- > 0;)
    if (list_[i].name == name) return list_[i].value;
  return {};
}

void Params::add(std::string_view name, std::string value) {
  if (size_ == list_.size()) list_.emplace_back();
  list_[size_].name = name;
  list_[size_].value = std::move(value);
  ++size_;
}

// -- reading a pattern ------------------------------------------------------------------------------------------------

/// The pattern as a tree: a node is a token, or a group that may be missing.
struct Pattern::Parser {
  struct Node {
    Token token;
    std::vector<Node> group = {};
    bool is_group = false;
  };
  using Then = std::function<void(const Sequence&)>;

  std::string_view text;
  std::size_t at = 0;
  std::string error = {};

  void fail(std::string what) {
    if (error.empty()) error = std::move(what) + " at position " + std::to_string(at);
  }

  std::vector<Node> until(char end) {
    std::vector<Node> nodes;
    std::string plain;
    auto flush = [&] {
      if (!plain.empty()) nodes.push_back({{Token::Kind::text, std::exchange(plain, {})}});
    };
    while (at < text.size() && error.empty()) {
      const char c = text[at++];
      if (c == end && end != '\0') {
        flush();
        return nodes;
      }
      if (c == '\\') {
        if (at == text.size()) fail("nothing follows the \\");
        if (at < text.size()) plain += text[at++];
      } else if (c == '*' && at == text.size() && end == '\0' && plain.ends_with('/')) {
        // Ours: "/files/*" is "/files{/*rest}" with a rest that may be empty.
        plain.pop_back();
        flush();
        nodes.push_back({{}, {{{Token::Kind::text, "/"}}, {{Token::Kind::rest, "*"}}}, true});
      } else if (c == ':' || c == '*') {
        flush();
        nodes.push_back({{c == ':' ? Token::Kind::parameter : Token::Kind::wildcard, name()}});
      } else if (c == '{') {
        flush();
        nodes.push_back({{}, until('}'), true});
      } else if (std::string_view("}()[]+?!").find(c) != std::string_view::npos) {
        --at;
        fail("an unexpected '" + std::string(1, c) + "'");
      } else {
        plain += c;
      }
    }
    if (end != '\0') fail("a '{' without its '}'");
    flush();
    return nodes;
  }

  std::string name() {
    std::string name;
    if (at < text.size() && text[at] == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        name += text[at];
      }
      if (at == text.size()) fail("a name without its closing quote");
      ++at;
    } else {
      while (at < text.size() && is_name_char(text[at], name.empty())) name += text[at++];
    }
    if (name.empty()) fail("a parameter without a name");
    return name;
  }

  /// Calls `then` with each sequence that the nodes from `index` on may stand for: with a group before without it.
  void flatten(const std::vector<Node>& nodes, std::size_t index, const Sequence& before, const Then& then) {
    if (!error.empty()) return;
    Sequence sequence = before;
    for (; index < nodes.size(); ++index) {
      const Node& node = nodes[index];
      if (!node.is_group) {
        sequence.push_back(node.token);
        continue;
      }
      flatten(node.group, 0, sequence, [&](const Sequence& with) { flatten(nodes, index + 1, with, then); });
    }
    then(sequence);
  }
};

Pattern::Pattern(std::string_view path, Kind kind) : text_(path), kind_(kind) {
  if (text_.empty() || text_.front() != '/') text_.insert(text_.begin(), '/');
  everything_ = kind == Kind::prefix && text_ == "/";
  std::string_view loose = text_;
  while (loose.size() > 1 && loose.back() == '/') loose.remove_suffix(1);
  Parser parser{loose};
  const auto nodes = parser.until('\0');
  parser.flatten(nodes, 0, {}, [&](const Sequence& sequence) {
    if (alternatives_.size() == most_alternatives) return parser.fail("too many optional parts");
    add_alternative(sequence);
  });
  if (error_.empty()) error_ = std::move(parser.error);
  if (!error_.empty()) alternatives_.clear();
}

/// Says of each capture where it ends: the rules of path-to-regexp 8, which Express 5 uses.
void Pattern::add_alternative(Sequence sequence) {
  std::string backtrack, wildcard_backtrack;
  bool captured = false, last_was_wildcard = false, parameter_in_segment = false, wildcard_in_segment = false;
  std::size_t captures = 0;
  const auto stops = [](std::string_view a, std::string_view b) {
    std::vector<std::string> list;
    if (!a.empty()) list.emplace_back(a);
    if (!b.empty() && b != a) list.emplace_back(b);
    return list;
  };
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    Token& token = sequence[i];
    if (token.kind == Token::Kind::text) {
      backtrack += token.text;
      if (last_was_wildcard) wildcard_backtrack += token.text;
      if (token.text.find('/') != std::string::npos) parameter_in_segment = wildcard_in_segment = false;
      continue;
    }
    if (captured && backtrack.empty()) error_ = "text is missing before the parameter \"" + token.text + "\"";
    if (++captures > most_captures) error_ = "too many parameters";
    if (token.kind == Token::Kind::parameter) {
      bool wildcard_follows = false;
      std::string next_text;
      for (std::size_t j = i + 1; j < sequence.size(); ++j) {
        if (sequence[j].kind == Token::Kind::wildcard) wildcard_follows = true;
        if (wildcard_follows || sequence[j].text.find('/') != std::string::npos) break;
      }
      for (std::size_t j = i + 1; j < sequence.size() && sequence[j].kind == Token::Kind::text; ++j)
        next_text += sequence[j].text;
      if (wildcard_in_segment) {
        token.stops = stops("/", backtrack);
      } else if (wildcard_follows) {
        token.stops = stops("/", next_text);
      } else if (parameter_in_segment) {
        token.stops = stops("/", backtrack);
        token.other_text = backtrack;
      } else {
        token.stops = stops("/", "");
      }
      parameter_in_segment = true;
      last_was_wildcard = false;
    } else {
      if (wildcard_in_segment) {
        token.stops = stops(backtrack, "");
      } else if (!wildcard_backtrack.empty()) {
        token.stops = stops(wildcard_backtrack, "");
        token.other_stops = stops("/", "");
      }
      wildcard_backtrack.clear();
      wildcard_in_segment = last_was_wildcard = true;
    }
    captured = true;
    backtrack.clear();
  }
  alternatives_.push_back(std::move(sequence));
}

// -- matching ---------------------------------------------------------------------------------------------------------

struct Pattern::Search {
  struct Capture {
    std::size_t begin, end;
  };
  std::string_view path;
  Kind kind;
  std::array<Capture, most_captures> captures = {};
  std::size_t used = 0;
  int steps = 0;

  /// Matches `text` at `at`, which moves behind it. A '/' is matched by itself alone.
  bool take_text(std::string_view text, std::size_t& at) const noexcept {
    for (const char wanted : text) {
      if (at == path.size()) return false;
      if (lower(path[at]) == lower(wanted)) {
        ++at;
      } else if (path[at] == '%' && path.size() - at > 2 && wanted != '/') {
        const int high = hex_value(path[at + 1]), low = hex_value(path[at + 2]);
        if (high < 0 || low < 0 || lower(static_cast<char>(high * 16 + low)) != lower(wanted)) return false;
        at += 3;
      } else {
        return false;
      }
    }
    return true;
  }

  std::size_t run_end(std::size_t at, const std::vector<std::string>& stops) const noexcept {
    for (; at < path.size(); ++at)
      for (const std::string& stop : stops)
        if (begins_with(path, at, stop)) return at;
    return at;
  }

  bool finish(std::size_t at) noexcept {
    if (at + 1 == path.size() && path[at] == '/') ++at;
    if (at != path.size() && (kind == Kind::exact || path[at] != '/')) return false;
    used = at;
    return true;
  }

  bool run(const Sequence& sequence, std::size_t index, std::size_t at, std::size_t captured) {
    for (; index < sequence.size() && sequence[index].kind == Token::Kind::text; ++index)
      if (!take_text(sequence[index].text, at)) return false;
    if (index == sequence.size()) return finish(at);
    const Token& token = sequence[index];
    const std::size_t least = token.kind == Token::Kind::rest ? 0 : 1;
    auto try_to = [&](std::size_t end) {
      captures[captured] = {at, end};
      return ++steps < most_steps && run(sequence, index + 1, end, captured + 1);
    };
    auto try_all = [&](const std::vector<std::string>& stops) {
      for (std::size_t end = run_end(at, stops) + 1; end-- > at + least;)
        if (try_to(end)) return true;
      return false;
    };
    if (try_all(token.stops)) return true;
    if (!token.other_text.empty() && begins_with(path, at, token.other_text))
      return try_to(at + token.other_text.size());
    return !token.other_stops.empty() && try_all(token.other_stops);
  }
};

Pattern::Match Pattern::match(std::string_view path, Params& params, std::size_t& used) const {
  used = 0;
  if (everything_) return Match::yes;
  Search search{path, kind_};
  for (const Sequence& sequence : alternatives_) {
    if (!search.run(sequence, 0, 0, 0)) continue;
    used = search.used;
    const std::size_t before = params.size();
    std::size_t captured = 0;
    for (const Token& token : sequence) {
      if (token.kind == Token::Kind::text) continue;
      const auto [begin, end] = search.captures[captured++];
      auto value = percent_decode(path.substr(begin, end - begin));
      if (!value || !is_valid_utf8(as_bytes(*value))) {
        params.truncate(before);
        return Match::undecodable;
      }
      params.add(token.text, std::move(*value));
    }
    return Match::yes;
  }
  return Match::no;
}

bool Pattern::matches(std::string_view path) const {
  Search search{path, kind_};
  if (everything_) return true;
  for (const Sequence& sequence : alternatives_)
    if (search.run(sequence, 0, 0, 0)) return true;
  return false;
}

}  // namespace duplex::http
