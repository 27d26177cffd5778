// SPDX-License-Identifier: MIT
// The Socket.IO parser that a run of these tests is about: DUPLEX_TEST_PARSER=msgpack, else JSON. See tests/CMakeLists.txt.
import msgpack from "socket.io-msgpack-parser";

export const name = process.env.DUPLEX_TEST_PARSER ?? "json";
/** For a client's options. */
export const options = name === "msgpack" ? { parser: msgpack } : {};
/** For the flags of duplex-conformance. */
export const flags = ["--parser", name];
