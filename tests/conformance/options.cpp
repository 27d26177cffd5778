// SPDX-License-Identifier: MIT
#include "conformance/options.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string_view>

#include "conformance/groups/groups.h"
#include "conformance/runner.h"

namespace conformance {
namespace {

const char* the_usage = "";

[[noreturn]] void refuse(const std::string& why) {
  std::cerr << "conformance: " << why << '\n' << the_usage;
  std::exit(2);
}

int number(const std::string& word) {
  char* end = nullptr;
  auto n = std::strtol(word.c_str(), &end, 10);
  if (word.empty() || *end != '\0' || n < 1 || n > 1'000'000) refuse("\"" + word + "\" is not a number from 1");
  return static_cast<int>(n);
}

void read_url(std::string url, Options& options) {
  if (url.starts_with("wss://")) options.tls = true;
  if (!url.starts_with("ws://") && !url.starts_with("wss://")) refuse("the URL does not begin with ws:// or wss://");
  url.erase(0, url.find("//") + 2);
  auto slash = url.find('/');
  if (slash != url.npos) options.path = url.substr(slash);
  auto authority = url.substr(0, slash);
  auto colon = authority.rfind(':');
  if (colon == authority.npos) refuse("the URL names no port");
  options.host = authority.substr(0, colon);
  options.port = number(authority.substr(colon + 1));
}

/// "1-7,10" and the like.
std::set<int> read_groups(const std::string& list) {
  std::set<int> groups;
  for (std::size_t at = 0; at <= list.size();) {
    auto part = list.substr(at, list.find(',', at) - at);
    auto dash = part.find('-');
    auto last = number(dash == part.npos ? part : part.substr(dash + 1));
    for (int n = number(part.substr(0, dash)); n <= last; ++n) groups.insert(n);
    at += part.size() + 1;
  }
  return groups;
}

}  // namespace

Options read_options(int argc, char** argv, const char* usage) {
  the_usage = usage;
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string_view name = argv[i];
    if (name == "--tls") {
      options.tls = true;
      continue;
    }
    if (name == "--help") {
      std::cout << the_usage;
      std::exit(0);
    }
    if (++i == argc) refuse(std::string(name) + " needs a value");
    std::string value = argv[i];
    if (name == "--url") {
      read_url(value, options);
    } else if (name == "--groups") {
      options.groups = read_groups(value);
    } else if (name == "--messages") {
      options.messages = number(value);
    } else if (name == "--jobs") {
      options.jobs = number(value);
    } else if (name == "--table") {
      options.table = value;
    } else {
      refuse("unknown option " + std::string(name));
    }
  }
  return options;
}

int play_and_report(const Options& options, const PipeFactory& connect, int jobs) {
  auto cases = all_cases(options.messages);
  if (!options.groups.empty()) {
    std::erase_if(cases, [&](const Case& c) { return !options.groups.contains(std::atoi(c.id.c_str())); });
  }
  if (cases.empty()) refuse("no case is in these groups (there are 1 to 7, 9, 10, 12 and 13)");

  auto host = options.port ? options.host + ":" + std::to_string(options.port) : options.host;
  auto results = run(cases, {connect, host, options.path}, jobs);

  print_exceptions(std::cout, results);
  std::cout << summary(results) << '\n';
  if (!options.table.empty()) {
    std::ofstream file(options.table);
    write_table(file, results);
    if (!file.flush()) refuse("cannot write " + options.table);
  }
  return all_passed(results) ? 0 : 1;
}

}  // namespace conformance
