// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <vector>

namespace duplex {

/// Pointers, of which there is mostly one: that one costs no allocation.
template <class T>
class OneOrMore {
 public:
  bool empty() const noexcept { return size() == 0; }
  std::size_t size() const noexcept { return many_ ? many_->size() : one_ != nullptr ? 1 : 0; }
  T* const* begin() const noexcept { return many_ ? many_->data() : &one_; }
  T* const* end() const noexcept { return begin() + size(); }

  void push_back(T* pointer) {
    if (many_) {
      many_->push_back(pointer);
    } else if (one_ == nullptr) {
      one_ = pointer;
    } else {
      many_ = std::make_unique<std::vector<T*>>(std::vector<T*>{one_, pointer});
    }
  }
  void erase(T* pointer) {
    if (many_)
      std::erase(*many_, pointer);
    else if (one_ == pointer)
      one_ = nullptr;
  }

 private:
  T* one_ = nullptr;
  std::unique_ptr<std::vector<T*>> many_;
};

}  // namespace duplex
