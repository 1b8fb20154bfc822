// What large lattices need of memory, counted allocation by allocation: one bit a spin with some guard words,
// one bit a spin of every kept configuration, and constants.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

#include <gtest/gtest.h>

#include "blockspin/base/packed.hpp"
#include "blockspin/replica/lattice_ladders.hpp"
#include "blockspin/replica/local_walker.hpp"
#include "blockspin/replica/sampling.hpp"
#include "support/world.hpp"

namespace {

std::atomic<std::size_t> n_now{0}, n_peak{0};

/// Each block remembers its size in front of itself.
void* allocate(std::size_t size, std::size_t alignment) {
  const std::size_t front = std::max<std::size_t>(alignment, 2 * sizeof(std::size_t));
  auto* const block =
      static_cast<char*>(std::aligned_alloc(front, (front + size + front - 1) / front * front));
  if (block == nullptr) throw std::bad_alloc();
  auto* const start = block + front;
  reinterpret_cast<std::size_t*>(start)[-1] = size;
  reinterpret_cast<std::size_t*>(start)[-2] = front;
  const std::size_t now = n_now += size;
  for (std::size_t peak = n_peak; now > peak && !n_peak.compare_exchange_weak(peak, now);) {
  }
  return start;
}

void release(void* start) noexcept {
  if (start == nullptr) return;
  n_now -= static_cast<std::size_t*>(start)[-1];
  std::free(static_cast<char*>(start) - static_cast<std::size_t*>(start)[-2]);
}

} // namespace

void* operator new(std::size_t size) { return allocate(size, 1); }
void* operator new(std::size_t size, std::align_val_t a) {
  return allocate(size, static_cast<std::size_t>(a));
}
void operator delete(void* start) noexcept { release(start); }
void operator delete(void* start, std::size_t) noexcept { release(start); }
void operator delete(void* start, std::align_val_t) noexcept { release(start); }
void operator delete(void* start, std::size_t, std::align_val_t) noexcept { release(start); }

using namespace blockspin;

namespace {

/// Takes a state and forgets it.
class Nowhere : public StateSink {
protected:
  void put(std::string_view, ElementType, const Slab&, std::span<const std::byte>, bool) override {}
};

constexpr std::size_t side = 16384, one_copy = side * side / 8;
constexpr std::size_t constants = std::size_t{20} << 20; // buffers of 8 MiB, tables by row

/// Bytes at the peak of a run that keeps one configuration, checkpoints and hands it over,
/// beyond what was there before.
std::size_t peak_of_a_run(std::size_t waste) {
  const std::size_t before = n_now;
  n_peak = before;
  replica::LadderSetup setup{lattice::Geometry({side, side}), 0.0, {2.3}};
  setup.exchange = false;
  const replica::RankLayout layout = replica::plan_ranks(setup.geometry, 1, 1, {});
  auto ensemble =
      std::make_unique<replica::LatticeLadders>(test_world(), setup, layout, replica::local_walkers(setup));
  replica::Sampling sampling(test_world(), *ensemble, setup, {1, 1, 1});
  while (!sampling.done()) sampling.advance();
  const std::vector<char> wasted(waste);
  Nowhere nowhere;
  sampling.save(nowhere);
  ensemble.reset();
  EXPECT_EQ(sampling.kept().collect(test_world(), 0, 1).packed.size(), one_copy);
  return n_peak - before;
}

// 8 guard words for each half row of 128.
constexpr auto allowed = static_cast<std::size_t>((1 + 8.0 / 128) * one_copy) + one_copy + constants;

} // namespace

TEST(Memory, OneBitASpinAndOneBitAKeptSpin) { EXPECT_LT(peak_of_a_run(0), allowed); }

TEST(Memory, TheTestSeesOneCopyTooMany) { EXPECT_GT(peak_of_a_run(one_copy), allowed); }
