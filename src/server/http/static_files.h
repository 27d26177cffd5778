// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/http_router.h>

namespace duplex::http {

/// A middleware that serves a folder, wherever it is mounted. The kernel itself keeps every file that is opened
/// below the root (openat2, RESOLVE_BENEATH), so no form of "..", of a link or of an encoding leads out of it. No
/// dotfiles. What is not there is left to what comes after, as in Express.
Middleware serve_files(Files files);

}  // namespace duplex::http
