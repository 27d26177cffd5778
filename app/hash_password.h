// SPDX-License-Identifier: MIT
#pragma once

namespace CLI {
class App;
}

namespace duplex::app {

/// `duplex hash-password`: reads a password, prints its bcrypt hash.
void add_hash_password(CLI::App& app, int& exit_code);

}  // namespace duplex::app
