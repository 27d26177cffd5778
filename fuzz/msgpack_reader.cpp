// SPDX-License-Identifier: MIT
// What the reader takes, written again, is read alike; skipping agrees with reading; as JSON it is valid, bounded, and
// as MessagePack again the same JSON.
#include <cmath>
#include <cstdlib>

#include "protocol/json/validate.h"
#include "protocol/sio/error.h"
#include "protocol/sio/msgpack_json.h"

using namespace duplex;
using msgpack::Kind;

namespace {
void require(bool condition) {
  if (!condition) std::abort();
}

/// One value after the other; false at what is not written alike: an extension, a large integer that came as a float.
bool write_again(msgpack::Reader reader, std::string& out) {
  msgpack::Writer w(out);
  msgpack::Value value;
  while (!reader.at_end()) {
    if (reader.next(value) != msgpack::Errc::ok) return false;
    switch (value.kind) {
      case Kind::nil:
        w.nil();
        break;
      case Kind::undefined:
        w.undefined();
        break;
      case Kind::boolean:
        w.boolean(value.boolean);
        break;
      case Kind::integer:
        w.integer(value.integer);
        break;
      case Kind::unsigned_integer:
        w.unsigned_integer(value.unsigned_integer);
        break;
      case Kind::real:
        // Written as an integer, which as JSON has all its digits: JavaScript gives a double no more than it needs.
        if (std::trunc(value.real) == value.real && std::abs(value.real) > 0x1p53) return false;
        w.number(value.real);
        break;
      case Kind::string:
        w.string(value.text());
        break;
      case Kind::binary:
        w.binary(value.bytes);
        break;
      case Kind::date:
        w.date(value.integer);
        break;
      case Kind::extension:
        return false;
      case Kind::array:
        w.array(value.size);
        break;
      case Kind::map:
        w.map(value.size);
        break;
    }
  }
  return true;
}

struct AsJson {
  explicit AsJson(ConstBytes bytes) {
    msgpack::Reader reader(bytes);
    error = sio::append_json(reader, {}, text, binaries);
    left = reader.left();
  }
  std::string text;
  std::vector<json::Binary> binaries;
  std::error_code error;
  std::size_t left = 0;
};

bool same(const AsJson& a, const AsJson& b) {
  return a.text == b.text && std::equal(a.binaries.begin(), a.binaries.end(), b.binaries.begin(), b.binaries.end(),
                                        [](json::Binary x, json::Binary y) { return as_text(x) == as_text(y); });
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ConstBytes bytes = std::as_bytes(std::span(data, size));
  msgpack::Reader whole(bytes);
  const msgpack::Errc skipped = whole.skip();

  const AsJson first(bytes);
  if (skipped != msgpack::Errc::ok) require(bool(first.error));
  if (first.error) return 0;
  require(first.left == whole.left());
  require(json::validate(first.text) == json::Fault::none);
  require(first.text.size() <= 40 + 8 * size + 40 * first.binaries.size());

  const ConstBytes value = bytes.first(size - whole.left());
  std::string again;
  if (write_again(msgpack::Reader(value), again)) {
    require(again.size() <= value.size() + 4 * size);  // a float 32 is written as a float 64
    require(same(AsJson(as_bytes(again)), first));
  }

  std::string from_json;
  msgpack::Writer w(from_json);
  sio::append_msgpack(w, first.text, first.binaries);
  const AsJson second(as_bytes(from_json));
  require(!second.error && second.left == 0);
  // -2^63 is the one number that has other digits as a double, which JavaScript cuts short, and as the integer that notepack
  // and we write for it.
  if (first.text.find("-9223372036854776000") == std::string::npos) require(same(second, first));
  return 0;
}
