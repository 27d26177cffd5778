// SPDX-License-Identifier: MIT
#include "app/bench/histogram.h"

#include <doctest/doctest.h>

#include <memory>

using duplex::bench::Histogram;

TEST_CASE("every value falls into a bucket that ends at most 1/128 above it") {
  for (std::uint64_t value = 1; value < UINT64_MAX / 5; value = value * 5 / 4 + 1) {
    const std::size_t bucket = Histogram::index_of(value);
    REQUIRE(bucket < Histogram::bucket_count);
    CHECK(Histogram::last_of(bucket) >= value);
    CHECK(Histogram::last_of(bucket) - value <= value / 128);
    if (bucket > 0) CHECK(Histogram::last_of(bucket - 1) < value);
  }
  CHECK(Histogram::index_of(UINT64_MAX) == Histogram::bucket_count - 1);
  CHECK(Histogram::last_of(Histogram::bucket_count - 1) == UINT64_MAX);
}

TEST_CASE("percentiles are those of the values that were recorded, to one part in 128") {
  auto histogram = std::make_unique<Histogram>();
  for (std::uint64_t value = 1; value <= 100'000; ++value) histogram->record(value * 1000);
  CHECK(histogram->total() == 100'000);
  CHECK(histogram->min() == 1000);
  CHECK(histogram->max() == 100'000'000);
  CHECK(histogram->mean() == doctest::Approx(50'000'500));
  CHECK(histogram->percentile(50) == doctest::Approx(50e6).epsilon(0.008));
  CHECK(histogram->percentile(99.9) == doctest::Approx(99.9e6).epsilon(0.008));
  CHECK(histogram->percentile(100) == histogram->max());
}

TEST_CASE("one slow message in a thousand shows in p99.9 only when there are two of them") {
  auto histogram = std::make_unique<Histogram>();
  histogram->record(100, 999);
  histogram->record(1'000'000);
  CHECK(histogram->percentile(99.9) == 100);
  CHECK(histogram->max() == 1'000'000);
  histogram->record(1'000'000);
  CHECK(histogram->percentile(99.9) == 1'000'000);
}

TEST_CASE("merged histograms are one of all their values") {
  auto a = std::make_unique<Histogram>(), b = std::make_unique<Histogram>(), both = std::make_unique<Histogram>();
  for (std::uint64_t value = 0; value < 5000; ++value) {
    (value % 3 == 0 ? *a : *b).record(value * value);
    both->record(value * value);
  }
  a->merge(*b);
  CHECK(a->total() == both->total());
  CHECK(a->min() == both->min());
  CHECK(a->max() == both->max());
  for (const double p : {1.0, 50.0, 90.0, 99.0, 99.9}) CHECK(a->percentile(p) == both->percentile(p));
}

TEST_CASE("an empty histogram says 0") {
  const auto histogram = std::make_unique<Histogram>();
  CHECK(histogram->percentile(99) == 0);
  CHECK(histogram->min() == 0);
  CHECK(histogram->mean() == 0);
}
