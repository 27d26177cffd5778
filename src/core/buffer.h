// SPDX-License-Identifier: MIT
#pragma once
#include <new>
#include <utility>

#include "core/bytes.h"

namespace duplex {

/// A growable run of bytes: appended at the end, consumed at the front. New room is not zeroed.
/// Grows by doubling; `release()` gives the memory back, `clear()` keeps it.
class Buffer {
 public:
  Buffer() noexcept = default;
  Buffer(Buffer&& o) noexcept
      : data_(std::exchange(o.data_, nullptr)),
        begin_(std::exchange(o.begin_, 0)),
        end_(std::exchange(o.end_, 0)),
        capacity_(std::exchange(o.capacity_, 0)) {}
  Buffer& operator=(Buffer&& o) noexcept {
    std::swap(data_, o.data_);
    std::swap(begin_, o.begin_);
    std::swap(end_, o.end_);
    std::swap(capacity_, o.capacity_);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { ::operator delete(data_); }

  bool empty() const noexcept { return begin_ == end_; }
  std::size_t size() const noexcept { return end_ - begin_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::byte* data() noexcept { return data_ + begin_; }
  const std::byte* data() const noexcept { return data_ + begin_; }
  Bytes bytes() noexcept { return {data(), size()}; }
  ConstBytes bytes() const noexcept { return {data(), size()}; }
  std::string_view text() const noexcept { return as_text(bytes()); }

  /// Room for `n` more bytes at the end, to be written and then counted with `commit`.
  std::byte* prepare(std::size_t n) {
    if (capacity_ - end_ < n) grow(n);
    return data_ + end_;
  }
  void commit(std::size_t n) noexcept { end_ += n; }

  void append(ConstBytes bytes) {
    if (bytes.empty()) return;
    std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
    end_ += bytes.size();
  }
  void append(std::string_view text) { append(as_bytes(text)); }
  void push_back(std::byte b) {
    *prepare(1) = b;
    ++end_;
  }
  void push_back(char c) { push_back(static_cast<std::byte>(c)); }

  /// Forgets the first `n` bytes.
  void consume(std::size_t n) noexcept {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Forgets all bytes after the first `n`.
  void truncate(std::size_t n) noexcept { end_ = begin_ + n; }
  void clear() noexcept { begin_ = end_ = 0; }
  void release() noexcept { *this = Buffer(); }

 private:
  void grow(std::size_t n);

  std::byte* data_ = nullptr;
  std::size_t begin_ = 0, end_ = 0, capacity_ = 0;
};

}  // namespace duplex
