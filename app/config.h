// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "protocol/dotenv/dotenv.h"

namespace CLI {
class App;
class Option;
class ParseError;
}  // namespace CLI

namespace duplex::app {

/// Where a value came from, the strongest first.
struct Origin {
  enum class Kind : unsigned char { flag, environment, file, otherwise };
  Kind kind = Kind::otherwise;
  std::string place;  ///< "--port", "PORT in the environment", "PORT in .env, line 3", "default"
  std::string value;  ///< as given; empty for the default
};

/// What the program was told: flags win over the environment, that over the `.env` file, that over the defaults. An
/// empty variable counts as one that is not there, but hides the `.env` file's, as it does for npm dotenv.
/// An option takes part by saying its variable (`->envname("DUPLEX_X")`); nothing else need be done for a new one.
class Configuration {
 public:
  /// After the verbs have been added to `app`, before it parses.
  Configuration(CLI::App& app, int argc, char** argv);

  /// What `app.parse` takes: the arguments, and as further flags what the environment and the file say. Or `fault()`.
  std::vector<std::string> arguments();
  const std::string& fault() const noexcept { return fault_; }  ///< the `.env` file cannot be read: a line, or empty

  Origin origin_of(const CLI::Option& option) const;
  /// One line: what is wrong, where it came from and what to do.
  std::string explain(const CLI::ParseError& wrong) const;
  /// A line for each DUPLEX_* variable, in the environment or the file, that means nothing.
  std::vector<std::string> warnings() const;

  /// The options that may also be variables, of the verb that was called.
  std::vector<const CLI::Option*> options() const;
  const std::string& file() const noexcept { return file_; }  ///< that was read; empty: none

 private:
  std::string find_file();
  bool is_flag_given(const CLI::Option& option) const;
  std::string cause(const CLI::Option& option) const;

  CLI::App& app_;
  CLI::App* verb_;
  std::vector<std::string> verbs_, arguments_, known_;
  std::string file_, fault_;
  std::vector<dotenv::Entry> entries_;
};

/// Declares `--env-file` for a verb: every verb whose options have variables has it.
void add_env_file(CLI::App& verb);

/// A value as it may be shown: secrets masked, control characters escaped. Secret is what its variable's name calls so,
/// a private key's text, and the password in a URL.
std::string shown(std::string_view variable, std::string_view value);

}  // namespace duplex::app
