// SPDX-License-Identifier: MIT
#include "app/config_verb.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <vector>

#include "app/config.h"
#include "app/serve.h"

namespace duplex::app {
namespace {

void warn(const Configuration& configuration) {
  for (const std::string& line : configuration.warnings()) std::cerr << "duplex: warning: " << line << '\n';
}

void print(const Configuration& configuration) {
  std::vector<std::vector<std::string>> rows = {{"flag", "variable", "value", "from"}};
  for (const CLI::Option* option : configuration.options()) {
    const Origin origin = configuration.origin_of(*option);
    const bool by_default = origin.kind == Origin::Kind::otherwise;
    const std::string value = shown(option->get_envname(), by_default ? option->get_default_str() : origin.value);
    rows.push_back({option->get_name(), option->get_envname(), value.empty() ? "-" : value, origin.place});
  }
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      std::cout << row[i] << std::string(widths[i] + 2 - row[i].size(), ' ');
    std::cout << row.back() << '\n';
  }
}

int check(const ServeOptions& options) {
  if (const std::string fault = fault_of(options); !fault.empty()) {
    std::cerr << "duplex: " << fault << '\n';
    return 2;
  }
  std::cout << "the configuration is good\n";
  return 0;
}

}  // namespace

void add_config(CLI::App& app, const std::unique_ptr<Configuration>& configuration, int& exit_code) {
  CLI::App* config = app.add_subcommand("config", "Look at the configuration of `duplex serve`");
  config->require_subcommand(1);
  CLI::App* printing = config->add_subcommand("print", "Print every value and where it came from");
  add_serve_options(printing);
  printing->callback([&configuration] {
    warn(*configuration);
    print(*configuration);
  });
  CLI::App* checking =
      config->add_subcommand("check", "Say whether `duplex serve` could start: exit code 0, or 2 and why not");
  checking->callback([options = add_serve_options(checking), &configuration, &exit_code] {
    warn(*configuration);
    exit_code = check(*options);
  });
}

}  // namespace duplex::app
