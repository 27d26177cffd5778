// SPDX-License-Identifier: MIT
#pragma once

/// JSON in Duplex: text that has been validated, looked at through views, decoded straight into your types.
///
///     Result<json::View> message = json::parse(text);                    // validates; borrows `text`
///     if ((*message)["kind"] == "move") auto xs = (*message)["xs"].as<std::vector<int>>();
///     json::Text answer = json::object("ok", true, "list", json::array(1, "two", nullptr));
///
/// A struct joins in by naming its fields once, for reading and for writing:
///
///     struct Move { int x, y; std::optional<std::string> note;
///       friend void duplex_fields(json::Fields& f, Move& m) { f("x", m.x)("y", m.y)("note", m.note); } };
#include <duplex/json_read.h>
#include <duplex/json_view.h>
#include <duplex/json_write.h>
