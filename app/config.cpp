// SPDX-License-Identifier: MIT
#include "app/config.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>

#include "app/nearest.h"

namespace duplex::app {
namespace {

constexpr std::string_view prefix = "DUPLEX_";
constexpr std::size_t largest_file = 1024 * 1024;

const char* in_environment(const std::string& variable) {
  return variable.empty() ? nullptr : std::getenv(variable.c_str());
}

/// Calls `visit` with every option of `app` and of the verbs below it that has a variable.
template <class Visit>
void each_option(CLI::App& app, Visit visit) {
  for (CLI::Option* option : app.get_options())
    if (!option->get_envname().empty()) visit(app, *option);
  for (CLI::App* verb : app.get_subcommands({})) each_option(*verb, visit);
}

std::string clipped(std::string text) {
  constexpr std::size_t most = 200;
  if (text.size() > most) text.replace(most, text.npos, "...");
  return text;
}

/// The file's text; or an error's, as the system says it.
std::string read_file(const std::string& path, std::string& text) {
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  errno = 0;
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "re"));
  if (!file) return std::strerror(errno);
  char part[16 * 1024];
  while (const std::size_t n = std::fread(part, 1, sizeof part, file.get())) {
    text.append(part, n);
    if (text.size() > largest_file) return "it is larger than 1 MiB";
  }
  return std::ferror(file.get()) != 0 ? std::strerror(errno) : "";
}

/// "a whole number from 0 to 65535", "debug, info or error"; empty: anything. From what the option says of its type
/// and of the check on it: "INT:INT in [0 - 65535]", "TEXT:{debug,info,error}".
std::string expectation(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return "true or false";  // a flag
  const std::string type = option.get_type_name();
  const std::string number = type.starts_with("INT") || type.starts_with("UINT") ? "a whole number" : "a number";
  if (const auto range = type.find(" in ["); range != type.npos) {
    const auto dash = type.find(" - ", range), end = type.find(']', range);
    if (dash != type.npos && end != type.npos)
      return number + " from " + type.substr(range + 5, dash - range - 5) + " to " +
             type.substr(dash + 3, end - dash - 3);
  }
  if (const auto open = type.find('{'); open != type.npos && type.ends_with('}')) {
    std::string members = type.substr(open + 1, type.size() - open - 2);
    const auto last = members.rfind(',');
    if (last != members.npos) members.replace(last, 1, " or ");
    for (auto comma = members.find(','); comma != members.npos; comma = members.find(',', comma + 2))
      members.replace(comma, 1, ", ");
    return members;
  }
  if (type.ends_with(":DIR")) return "an existing folder";
  if (type.ends_with(":FILE")) return "an existing file";
  return type.starts_with("INT") || type.starts_with("UINT") || type.starts_with("FLOAT") ? number : "";
}

}  // namespace

void add_env_file(CLI::App& verb) {
  verb.add_option("--env-file", "File of variables (default: .env in the working directory, if there is one)")
      ->type_name("FILE");
}

Configuration::Configuration(CLI::App& app, int argc, char** argv) : app_(app), verb_(&app) {
  arguments_.assign(argv + std::min(argc, 1), argv + argc);
  for (const std::string& argument : arguments_) {
    const std::vector<CLI::App*> below = verb_->get_subcommands({});
    const auto next =
        std::find_if(below.begin(), below.end(), [&](CLI::App* verb) { return verb->get_name() == argument; });
    if (next == below.end()) break;
    verb_ = *next;
    verbs_.push_back(argument);
  }
  arguments_.erase(arguments_.begin(), arguments_.begin() + static_cast<std::ptrdiff_t>(verbs_.size()));
  each_option(app, [this](CLI::App&, const CLI::Option& option) { known_.push_back(option.get_envname()); });
}

/// The file to read: the one that --env-file names, or .env if it is there (a folder of that name is none).
std::string Configuration::find_file() {
  if (verb_->get_option_no_throw("--env-file") == nullptr) return {};
  for (std::size_t i = 0; i < arguments_.size() && arguments_[i] != "--"; ++i) {
    if (arguments_[i].starts_with("--env-file=")) return arguments_[i].substr(std::strlen("--env-file="));
    if (arguments_[i] == "--env-file" && i + 1 < arguments_.size()) return arguments_[i + 1];
  }
  std::error_code error;
  const auto status = std::filesystem::status(".env", error);
  return std::filesystem::exists(status) && !std::filesystem::is_directory(status) ? ".env" : "";
}

std::vector<std::string> Configuration::arguments() {
  file_ = find_file();
  if (std::string text; !file_.empty()) {
    if (const std::string error = read_file(file_, text); !error.empty())
      fault_ = "cannot read \"" + file_ + "\": " + error + "; correct it, or name another file with --env-file";
    entries_ = dotenv::parse(text);
  }

  std::vector<std::string> all = verbs_;
  const bool asks_for_help = std::any_of(arguments_.begin(), arguments_.end(), [](const std::string& argument) {
    return argument == "--help" || argument == "-h";
  });
  each_option(app_, [&](CLI::App& app, CLI::Option& option) {
    if (&app != verb_) return void(option.envname(""));  // or CLI11 would read it for verbs that were not called, too
    const Origin origin = origin_of(option);
    if (!asks_for_help && (origin.kind == Origin::Kind::environment || origin.kind == Origin::Kind::file))
      all.push_back(option.get_name() + "=" + origin.value);
    else if (asks_for_help)
      unsetenv(option.get_envname().c_str());  // a wrong value must not stand in the way
  });
  all.insert(all.end(), arguments_.begin(), arguments_.end());
  return all;
}

bool Configuration::is_flag_given(const CLI::Option& option) const {
  for (const std::string& argument : arguments_) {
    if (argument == "--") return false;
    for (const std::string& name : option.get_lnames())
      if (argument == "--" + name || argument.starts_with("--" + name + "=")) return true;
    for (const std::string& name : option.get_snames())
      if (argument.starts_with("-" + name)) return true;
  }
  return false;
}

Origin Configuration::origin_of(const CLI::Option& option) const {
  if (is_flag_given(option))
    return {Origin::Kind::flag, option.get_name(), option.results().empty() ? "" : option.results().back()};
  const std::string& variable = option.get_envname();
  if (const char* value = in_environment(variable)) {
    if (*value != '\0') return {Origin::Kind::environment, variable + " in the environment", value};
  } else if (const dotenv::Entry* entry = dotenv::find(entries_, variable); entry != nullptr && !entry->value.empty()) {
    return {Origin::Kind::file, variable + " in " + file_ + ", line " + std::to_string(entry->line), entry->value};
  }
  return {Origin::Kind::otherwise, "default", ""};
}

std::string Configuration::cause(const CLI::Option& option) const {
  const Origin origin = origin_of(option);
  const bool is_variable = origin.kind == Origin::Kind::environment || origin.kind == Origin::Kind::file;
  return is_variable ? " (from " + origin.place + ")" : "";
}

std::string Configuration::explain(const CLI::ParseError& wrong) const {
  const std::string_view said = wrong.what();
  const CLI::Option* meant = nullptr;
  std::string causes;
  for (const CLI::Option* option : verb_->get_options()) {
    const std::string name = option->get_name();
    if (said.starts_with(name + ": ") || said.starts_with("Could not convert: " + name + " = ")) meant = option;
    // "--cert requires --key": where the first came from, and that the second did not.
    if (said.starts_with(name + " ")) causes = name + cause(*option) + std::string(said.substr(name.size()));
  }
  const std::string see = "; see `duplex" + [this] {
    std::string words;
    for (const std::string& verb : verbs_) words += " " + verb;
    return words;
  }() + " --help`";
  if (wrong.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError)) {
    std::vector<std::string> flags;
    for (const CLI::Option* option : verb_->get_options()) flags.push_back(option->get_name());
    const std::string word(said.substr(said.rfind(' ') + 1));
    if (const std::string near = nearest(word.substr(0, word.find('=')), flags); !near.empty())
      return clipped(shown("", word)) + " is not an option; did you mean " + near + "?";
  }
  if (wrong.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) && !arguments_.empty() &&
      !arguments_.front().starts_with('-'))
    return "there is no verb \"" + clipped(shown("", arguments_.front())) + "\"" + see;
  if (meant == nullptr) return (causes.empty() ? std::string(said) : causes) + see;

  const std::string expected = expectation(*meant), variable = meant->get_envname();
  if (wrong.get_exit_code() == static_cast<int>(CLI::ExitCodes::ArgumentMismatch)) {
    const bool missing = said.find("missing") != said.npos;
    return meant->get_name() + (missing ? " needs a value" + (expected.empty() ? "" : ": " + expected)
                                        : " is given more than once; give it once");
  }
  const Origin origin = origin_of(*meant);
  std::string line = meant->get_name() + " is \"" + clipped(shown(variable, origin.value)) + "\"" + cause(*meant);
  if (expected.empty()) return line + ": " + std::string(said.substr(meant->get_name().size() + 2)) + see;
  return line + "; it must be " + expected;
}

std::vector<std::string> Configuration::warnings() const {
  const auto is_known = [this](std::string_view name) {
    return std::find(known_.begin(), known_.end(), name) != known_.end();
  };
  std::vector<std::string> lines;
  const auto check = [&](std::string_view variable, const std::string& place) {
    if (!variable.starts_with(prefix) || is_known(variable)) return;
    std::string upper(variable);
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    const std::string bare = upper.substr(prefix.size());  // DUPLEX_PORT: that one is just PORT
    const std::string near = is_known(bare) ? bare : nearest(upper, known_);
    lines.push_back(clipped(shown("", variable)) + " " + place + " means nothing to Duplex" +
                    (near.empty() ? "; `duplex config print` shows what does" : "; did you mean " + near + "?"));
  };
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view pair = *each;
    check(pair.substr(0, pair.find('=')), "in the environment");
  }
  for (const dotenv::Entry& entry : entries_) check(entry.key, "in " + file_ + ", line " + std::to_string(entry.line));
  return lines;
}

std::vector<const CLI::Option*> Configuration::options() const {
  std::vector<const CLI::Option*> found;
  for (const CLI::Option* option : verb_->get_options())
    if (!option->get_envname().empty()) found.push_back(option);
  return found;
}

std::string shown(std::string_view variable, std::string_view value) {
  const auto named = [variable](std::string_view word) { return variable.find(word) != variable.npos; };
  if (!value.empty() && (named("SECRET") || named("PASSWORD") || named("TOKEN") || value.starts_with("-----BEGIN")))
    return "********";
  std::string text(value);
  if (const auto scheme = text.find("://"); scheme != text.npos) {
    const auto end = text.find_first_of("/?#", scheme + 3);
    const auto at = text.rfind('@', end), colon = text.find(':', scheme + 3);
    if (at != text.npos && at > scheme && colon < at) text.replace(colon + 1, at - colon - 1, "********");
  }
  std::string clean;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      clean += c;
    } else if (c == '\n') {
      clean += "\\n";
    } else {
      constexpr char digits[] = "0123456789abcdef";
      clean.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
  }
  return clean;
}

}  // namespace duplex::app
