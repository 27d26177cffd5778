// SPDX-License-Identifier: MIT
#include "protocol/http/disposition.h"

#include <doctest/doctest.h>

using duplex::http::attachment_disposition;

TEST_CASE("a plain name is a token, one with other characters is quoted") {
  CHECK(attachment_disposition("") == "attachment");
  CHECK(attachment_disposition("report.pdf") == "attachment; filename=report.pdf");
  CHECK(attachment_disposition("a b.txt") == "attachment; filename=\"a b.txt\"");
  CHECK(attachment_disposition("a\"\\.txt") == "attachment; filename=\"a\\\"\\\\.txt\"");
  CHECK(attachment_disposition("../../etc/passwd") == "attachment; filename=passwd");
}

TEST_CASE("a name beyond ASCII, or that looks encoded, is said twice, and control characters never as they are") {
  CHECK(attachment_disposition("\u20ac.txt") == "attachment; filename=\"?.txt\"; filename*=UTF-8''%E2%82%AC.txt");
  CHECK(attachment_disposition("50%41.txt") == "attachment; filename=\"50%41.txt\"; filename*=UTF-8''50%2541.txt");
  CHECK(attachment_disposition("a\r\nb") == "attachment; filename=\"a??b\"; filename*=UTF-8''a%0D%0Ab");
}
