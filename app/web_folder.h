// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace duplex::app {

/// Where the built pages are: beside an installed program (../share/duplex/web) or in the source tree it was built
/// from. Empty if they are in neither place.
std::string find_web_folder();

}  // namespace duplex::app
