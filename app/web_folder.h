// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace duplex::app {

/// Where what was built of web/ is: beside an installed program (../share/duplex/web) or in the source tree that it was
/// built from (web/dist). Empty if it is in neither place.
std::string find_web_folder();     ///< the pages
std::string find_client_folder();  ///< the bundles of the Socket.IO client
std::string find_admin_folder();   ///< the page of the admin UI

}  // namespace duplex::app
