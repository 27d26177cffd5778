// SPDX-License-Identifier: MIT
#include "core/buffer.h"

#include <algorithm>

namespace duplex {

void Buffer::grow(std::size_t n) {
  const std::size_t used = size();
  if (begin_ >= n && begin_ >= used) {  // enough was consumed: sliding is cheaper than growing
    std::memmove(data_, data_ + begin_, used);
  } else {
    const std::size_t wanted = std::max({used + n, capacity_ * 2, std::size_t{64}});
    auto* fresh = static_cast<std::byte*>(::operator new(wanted));
    if (used != 0) std::memcpy(fresh, data_ + begin_, used);
    ::operator delete(data_);
    data_ = fresh;
    capacity_ = wanted;
  }
  begin_ = 0;
  end_ = used;
}

}  // namespace duplex
