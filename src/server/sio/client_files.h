// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/eio.h>
#include <duplex/http_router.h>

#include <string>

namespace duplex::sio {

/// Serves the bundles of npm `socket.io-client` (socket.io.js and its kind, with their maps) below `path`, as Node's
/// server does: whatever the method, with the client's version as ETag, and with the CORS headers of the engine.
/// "socket.io.js.br", ".gz" and ".deflate" beside a bundle are sent to those who take them. What is none of the bundles
/// is left to what comes after. `error` says why the folder cannot be served; nothing is returned then.
http::Middleware serve_client_files(const std::string& folder, const std::string& path, eio::CorsOptions cors,
                                    std::string& error);

}  // namespace duplex::sio
