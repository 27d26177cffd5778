// SPDX-License-Identifier: MIT
#include "app/bench/findings_wire.h"

#include <cstring>
#include <type_traits>

namespace duplex::bench {
namespace {

class Packer {
 public:
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void operator()(const T& value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  template <class Range>
  requires(!std::is_trivially_copyable_v<Range> && std::is_trivially_copyable_v<typename Range::value_type>) void
  operator()(const Range& values) {
    (*this)(values.size());
    for (const auto& value : values) (*this)(value);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  requires std::is_trivially_copyable_v<T>
  void operator()(T& value) {
    if (!complete_ || bytes_.size() < sizeof value) {
      complete_ = false;
      return;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
  }
  template <class Range>
  requires(!std::is_trivially_copyable_v<Range> && std::is_trivially_copyable_v<typename Range::value_type>) void
  operator()(Range& values) {
    std::size_t size = 0;
    (*this)(size);
    if (!complete_ || size > bytes_.size() / sizeof(typename Range::value_type)) {
      complete_ = false;
      return;
    }
    values.resize(size);
    for (auto& value : values) (*this)(value);
  }
  bool complete() const noexcept { return complete_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool complete_ = true;
};

/// All that there is of them, in one order for both directions.
template <class Wire, class F>
void go_through(Wire& wire, F& found) {
  wire(found.seconds), wire(found.messages), wire(found.wire_bytes), wire(found.latency), wire(found.rates);
  wire(found.opened), wire(found.still_open), wire(found.compressed), wire(found.opening_seconds);
  wire(found.server);
  wire(found.generator_ns), wire(found.generator_waited_ns), wire(found.spins), wire(found.late_ns);
  wire(found.generators);
  wire(found.errors), wire(found.missing), wire(found.first_error), wire(found.interrupted);
}

std::optional<std::uint64_t> memory_of(const std::optional<ProcessSample>& sample) {
  return sample ? std::optional(sample->memory) : std::nullopt;
}

std::optional<ProcessSample> sample_of(const std::optional<std::uint64_t>& memory) {
  if (!memory) return {};
  ProcessSample sample;
  sample.memory = *memory;
  return sample;
}

}  // namespace

std::string pack(const Findings& found) {
  Packer packer;
  go_through(packer, found);
  packer(memory_of(found.memory_before));
  packer(memory_of(found.memory_after));
  return packer.take();
}

std::optional<Findings> unpack(std::string_view bytes) {
  Unpacker unpacker(bytes);
  Findings found;
  go_through(unpacker, found);
  std::optional<std::uint64_t> before, after;
  unpacker(before), unpacker(after);
  if (!unpacker.complete()) return {};
  found.memory_before = sample_of(before);
  found.memory_after = sample_of(after);
  return found;
}

}  // namespace duplex::bench
