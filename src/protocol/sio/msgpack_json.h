// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/sio_parser.h>

#include "protocol/msgpack/reader.h"
#include "protocol/msgpack/writer.h"

// MessagePack on the wire is JSON and binaries to handlers.
namespace duplex::sio {

/// Appends the next value of `in` as JSON.stringify would write what JavaScript reads of it; binaries go aside, as
/// placeholders. So `undefined` is null, or a member that is not there; a Date is its ISO text; NaN and the infinities
/// are null; an extension is `[type, binary]`. A map that only looks like a placeholder is disarmed (`_placeholder` is
/// 1), and `__proto__`, which is nobody's own in JavaScript, is left out.
std::error_code append_json(msgpack::Reader& in, const ParserLimits& limits, std::string& out,
                            std::vector<json::Binary>& binaries);

/// Writes valid JSON as the MessagePack of what JSON.parse makes of it, with the binaries where their placeholders
/// stand. Integers beyond 2^53 keep all their digits, as far as 64 bits hold them.
void append_msgpack(msgpack::Writer& out, std::string_view json, std::span<const json::Binary> binaries);

}  // namespace duplex::sio
