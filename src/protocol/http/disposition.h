// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace duplex::http {

/// The value of Content-Disposition for a file to be saved under this name (RFC 6266): `attachment; filename="a.txt"`.
/// A name beyond ASCII is said twice, for old clients and for others (RFC 8187). Only what follows the last '/' counts.
std::string attachment_disposition(std::string_view file_name);

}  // namespace duplex::http
