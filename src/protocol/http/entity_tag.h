// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <string_view>

#include "core/bytes.h"

namespace duplex::http {

/// The tag of a body, made from its length and its SHA-1 as npm `etag` makes it: so that servers of both kinds can
/// stand behind one name. `W/"5-qvTGHdzF6KLavt4PO0gs2a6pQ00"`; a strong one is without the W/.
class EntityTag {
 public:
  EntityTag(ConstBytes body, bool weak);
  std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 56> text_;  // W/, quotes, 16 digits, '-', 27 of base64
  std::size_t size_ = 0;
};

}  // namespace duplex::http
