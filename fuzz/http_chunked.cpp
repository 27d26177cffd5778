// SPDX-License-Identifier: MIT
// Bodies: what comes out does not depend on how the bytes are cut, and stays within the limits.
#include <cstdlib>
#include <string>
#include <vector>

#include "protocol/http/body_decoder.h"

using namespace duplex;
using namespace duplex::http;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

std::string outcome(ConstBytes bytes, const Framing& framing, std::size_t first, std::size_t step) {
  const BodyLimits limits{.body = 64, .chunk_extension = 8, .chunk_extensions = 20, .trailers = 40};
  BodyDecoder decoder;
  if (decoder.start(framing, limits) != Errc::ok) return "too large";
  std::vector<std::byte> copy(bytes.begin(), bytes.end());
  std::string body;
  std::size_t at = 0, n = first;
  for (;;) {
    n = n < copy.size() - at ? n : copy.size() - at;
    Bytes input = Bytes(copy).subspan(at, n);
    BodyStep result;
    while ((result = decoder.feed(input, limits)).kind == BodyStep::Kind::data) {
      require(!result.data.empty());
      body += as_text(result.data);
    }
    require(body.size() <= limits.body && decoder.received() == body.size());
    if (result.kind == BodyStep::Kind::failed) return "error " + std::to_string(static_cast<int>(result.error)) + body;
    at += n - input.size();
    if (result.kind == BodyStep::Kind::done) return "done " + std::to_string(at) + body;
    require(input.empty());
    if (at == copy.size()) return "unfinished " + body;
    n = step;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const ConstBytes bytes = std::as_bytes(std::span(data, size)).subspan(2);
  const Framing framing{static_cast<Framing::Kind>(data[0] % 4), data[0] % 4 == 1 ? 1u + data[0] : 0u};
  const std::size_t cut = 1 + data[1] % bytes.size();
  const std::string whole = outcome(bytes, framing, bytes.size(), 1);
  require(whole == outcome(bytes, framing, 1, 1));
  require(whole == outcome(bytes, framing, cut, bytes.size()));
  return 0;
}
