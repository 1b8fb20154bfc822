#pragma once
// A stepper's saved state in memory: what a checkpoint would hold, on every rank.

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"

/// One saved array, whole.
struct SavedArray {
  blockspin::ElementType type;
  std::vector<std::uint64_t> extent;
  std::vector<std::byte> bytes;
  bool operator==(const SavedArray&) const = default;
};
using SavedState = std::map<std::string, SavedArray, std::less<>>;

/// Calls copy(whole_at, local_at, n_bytes) for every contiguous run of a slab.
template <class Copy>
void for_each_run(const blockspin::Slab& slab, std::size_t element, Copy&& copy) {
  if (slab.n_local() == 0) return;
  const std::size_t rank = slab.extent.size();
  const std::size_t run = rank == 0 ? 1 : slab.count[rank - 1];
  std::vector<std::uint64_t> at(rank, 0);
  for (std::size_t done = 0; done < slab.n_local(); done += run) {
    std::size_t offset = 0;
    for (std::size_t axis = 0; axis < rank; ++axis)
      offset = offset * slab.extent[axis] + slab.offset[axis] + at[axis];
    copy(offset * element, done * element, run * element);
    for (std::size_t axis = rank - 1; axis-- > 0 && ++at[axis] == slab.count[axis];) at[axis] = 0;
  }
}

/// Collective, as sinks are.
class MemorySink : public blockspin::StateSink {
public:
  explicit MemorySink(const blockspin::mpi::Communicator& comm) : comm_(comm) {}
  const SavedState& state() const { return state_; }

private:
  void put(std::string_view name, blockspin::ElementType type, const blockspin::Slab& slab,
           std::span<const std::byte> bytes, bool replicated) override {
    const std::size_t element = blockspin::element_bytes(type);
    SavedArray saved{type, slab.extent, std::vector<std::byte>(slab.n_global() * element)};
    std::vector<std::uint8_t> marks(saved.bytes.size());
    for_each_run(slab, element, [&](std::size_t to, std::size_t from, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i) marks[to + i] = static_cast<std::uint8_t>(bytes[from + i]);
    });
    if (!replicated)
      comm_.sum(std::span<std::uint8_t>(marks)); // slabs are disjoint: every byte comes from one rank
    for (std::size_t i = 0; i < marks.size(); ++i) saved.bytes[i] = static_cast<std::byte>(marks[i]);
    state_[std::string(name)] = std::move(saved);
  }

  const blockspin::mpi::Communicator& comm_;
  SavedState state_;
};

/// Reads what a MemorySink holds, with any slabs.
class MemorySource : public blockspin::StateSource {
public:
  explicit MemorySource(const SavedState& state) : state_(state) {}
  std::uint64_t n_saved(std::string_view name) override {
    const SavedArray& saved = find(name);
    return saved.bytes.size() / blockspin::element_bytes(saved.type);
  }

private:
  void get(std::string_view name, blockspin::ElementType type, const blockspin::Slab& slab,
           std::span<std::byte> bytes, bool) override {
    const SavedArray& saved = find(name);
    if (saved.type != type || saved.extent != slab.extent)
      throw std::runtime_error("saved differently: " + std::string(name));
    for_each_run(slab, blockspin::element_bytes(type), [&](std::size_t from, std::size_t to, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i) bytes[to + i] = saved.bytes[from + i];
    });
  }
  const SavedArray& find(std::string_view name) const {
    const auto found = state_.find(name);
    if (found == state_.end()) throw std::runtime_error("not saved: " + std::string(name));
    return found->second;
  }

  const SavedState& state_;
};
