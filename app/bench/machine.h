// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <string>

namespace duplex::bench {

/// Where a run took place: a figure without it says nothing.
struct Machine {
  std::string kernel, arch, cpu;  ///< `cpu`: the model, or empty where the kernel does not name it
  long cpus = 0, usable_cpus = 0;
  std::uint64_t memory = 0;      ///< bytes
  std::array<double, 3> load{};  ///< mean runnable processes of the last 1, 5 and 15 minutes
  std::string date;              ///< 2026-11-20 18:23 UTC
};

Machine look_at_machine();

/// The command line of this process, as a shell would take it.
std::string own_command();

}  // namespace duplex::bench
