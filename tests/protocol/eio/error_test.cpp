// SPDX-License-Identifier: MIT
#include "protocol/eio/error.h"

#include <doctest/doctest.h>

#include <string>

using namespace duplex;

TEST_CASE("E1: errors have Engine.IO's codes, messages and statuses") {
  struct Row {
    eio::Errc error;
    std::string_view body;
    int status;
  };
  for (const Row& row :
       {Row{eio::Errc::transport_unknown, R"({"code":0,"message":"Transport unknown"})", 400},
        Row{eio::Errc::session_unknown, R"({"code":1,"message":"Session ID unknown"})", 400},
        Row{eio::Errc::bad_handshake_method, R"({"code":2,"message":"Bad handshake method"})", 400},
        Row{eio::Errc::bad_request, R"({"code":3,"message":"Bad request"})", 400},
        Row{eio::Errc::forbidden, R"({"code":4,"message":"Forbidden"})", 403},
        Row{eio::Errc::unsupported_version, R"({"code":5,"message":"Unsupported protocol version"})", 400}}) {
    Buffer out;
    eio::encode_error(out, row.error);
    CHECK(out.text() == row.body);
    CHECK(eio::info(row.error).status == row.status);
    CHECK(make_error_code(row.error).message() == eio::info(row.error).message);
  }
}

TEST_CASE("the hook that refuses a handshake may say why") {
  Buffer out;
  eio::encode_error(out, eio::Errc::forbidden, "not \"you\"");
  CHECK(out.text() == R"({"code":4,"message":"not \"you\""})");
}
