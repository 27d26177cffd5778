// SPDX-License-Identifier: MIT
#pragma once

namespace behaviour {

/// The port of the server that the rows are sent to: built with the public API, started once, on a thread of its own.
///   GET /              "hello"
///   GET /n/:n          n, to see the order of answers
///   POST /echo         the body
///   WebSocket /echo    echoes; /deflate does so compressed; /small allows 1,000 octets a message
///   WebSocket /leaves  closes with 1000 on the first message, and gives the peer 300 ms to answer
int server_port();

}  // namespace behaviour
