// SPDX-License-Identifier: MIT
// Reads `.env` texts for dotenv_differential.mjs: a text in hexadecimal a line in, its values as a line of JSON out.
#include <cstdio>
#include <iostream>
#include <map>
#include <string>

#include <duplex/json.h>

#include "protocol/dotenv/dotenv.h"

int main() {
  using namespace duplex;
  for (std::string line; std::getline(std::cin, line);) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < line.size(); i += 2)
      bytes.push_back(static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16)));
    std::map<std::string, std::string> values;
    for (dotenv::Entry& entry : dotenv::parse(bytes)) values[std::move(entry.key)] = std::move(entry.value);
    std::puts(std::string(json::text_of(values).text()).c_str());
  }
}
