#pragma once
// A stepper run through, and one broken off at a safe point, loaded anew and run to its end.

#include <optional>
#include <stdexcept>

#include "support/memory_state.hpp"

/// make(safe_point): a new stepper, in a unique_ptr. Returns it done. Collective.
template <class Make>
auto run_through(Make&& make) {
  auto stepper = make(blockspin::SafePoint{});
  while (!stepper->done()) stepper->advance();
  return stepper;
}

/// The same, but saved and left at its n-th safe point, from 0; beginnings of steps count as well. Another
/// one takes the state and goes on. Throws where there are fewer safe points. Collective.
template <class Make>
auto run_broken_off(const blockspin::mpi::Communicator& comm, std::size_t n, Make&& make) {
  struct Left {};
  MemorySink sink(comm);
  const blockspin::Stepper* at_work = nullptr;
  std::size_t passed = 0;
  const auto safe_point = [&] {
    if (at_work == nullptr || passed++ < n) return;
    at_work->save(sink);
    throw Left{};
  };
  auto first = make(blockspin::SafePoint(safe_point));
  at_work = first.get();
  bool is_left = false;
  try {
    for (; !first->done(); first->advance()) safe_point();
  } catch (const Left&) {
    is_left = true;
  }
  if (!is_left) throw std::runtime_error("a stepper of only " + std::to_string(passed) + " safe points");
  auto second = make(blockspin::SafePoint{});
  MemorySource source(sink.state());
  second->load(source);
  while (!second->done()) second->advance();
  return second;
}

/// What the stepper would write to a checkpoint. Collective.
inline SavedState state_of(const blockspin::mpi::Communicator& comm, const blockspin::Stepper& stepper) {
  MemorySink sink(comm);
  stepper.save(sink);
  return sink.state();
}
