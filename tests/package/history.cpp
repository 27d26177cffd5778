// SPDX-License-Identifier: MIT
// Somebody else's program that keeps a history in the file that is named.
#include <duplex/duplex.h>
#include <duplex/history.h>
#include <duplex/history_sqlite.h>

#include <future>
#include <iostream>

int main(int, char** arguments) {
  duplex::History history({}, duplex::history::sqlite({.file = arguments[1]}));
  if (!history.open()) {
    std::cerr << history.open_error() << '\n';
    return 1;
  }
  std::promise<std::size_t> entries;
  history.append("r", "said", "hello").then({});
  history.last("r").then([&](duplex::Result<duplex::history::Page> page) { entries.set_value(page->entries.size()); });
  std::cout << entries.get_future().get() << std::endl;
}
