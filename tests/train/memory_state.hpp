#pragma once
// A saved state in memory: what a checkpoint holds, without a file. Distributed parts are gathered on every
// rank.

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "blockspin/base/error.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin {

using SavedState = std::map<std::string, std::vector<std::uint8_t>>;

/// Rows of the first axis only, which is how the rooms under test divide their state.
class MemorySink : public StateSink {
public:
  MemorySink(const mpi::Communicator& comm, SavedState& state) : comm_(comm), state_(state) {}

protected:
  void put(std::string_view name, ElementType, const Slab&, std::span<const std::byte> bytes,
           bool same) override {
    const std::span<const std::uint8_t> mine(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                             bytes.size());
    state_[std::string(name)] =
        same ? std::vector<std::uint8_t>(mine.begin(), mine.end()) : comm_.gather_all<std::uint8_t>(mine);
  }

private:
  const mpi::Communicator& comm_;
  SavedState& state_;
};

class MemorySource : public StateSource {
public:
  explicit MemorySource(const SavedState& state) : state_(state) {}
  std::uint64_t n_saved(std::string_view name) override { return state_.at(std::string(name)).size() / 8; }

protected:
  void get(std::string_view name, ElementType type, const Slab& slab, std::span<std::byte> bytes,
           bool same) override {
    const auto& saved = state_.at(std::string(name));
    std::uint64_t row = element_bytes(type);
    for (std::size_t axis = 1; axis < slab.extent.size(); ++axis) row *= slab.extent[axis];
    const std::uint64_t first = same || slab.offset.empty() ? 0 : slab.offset[0] * row;
    require(first + bytes.size() <= saved.size(), "the saved state is shorter than what is asked for");
    if (!bytes.empty()) std::memcpy(bytes.data(), saved.data() + first, bytes.size());
  }

private:
  const SavedState& state_;
};

} // namespace blockspin
