#pragma once
// A checkpoint in memory, for tests: each rank gives and takes its own part.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "blockspin/base/error.hpp"
#include "blockspin/base/state.hpp"

/// Sink and source in one; loads only what the same number of ranks saved, with the same slabs.
class MemoryState : public blockspin::StateSink, public blockspin::StateSource {
public:
  MemoryState() = default;

  std::uint64_t n_saved(std::string_view name) override { return saved_.at(std::string(name)).n_global; }

protected:
  void put(std::string_view name, blockspin::ElementType, const blockspin::Slab& slab,
           std::span<const std::byte> bytes, bool) override {
    saved_[std::string(name)] = {slab.n_global(), {bytes.begin(), bytes.end()}, slab.offset};
  }
  void get(std::string_view name, blockspin::ElementType, const blockspin::Slab& slab,
           std::span<std::byte> bytes, bool) override {
    const Entry& entry = saved_.at(std::string(name));
    blockspin::require(entry.bytes.size() == bytes.size() && entry.n_global == slab.n_global() &&
                           (bytes.empty() || entry.offset == slab.offset),
                       "another slab was saved");
    std::copy(entry.bytes.begin(), entry.bytes.end(), bytes.begin());
  }

private:
  struct Entry {
    std::uint64_t n_global = 0;
    std::vector<std::byte> bytes;
    std::vector<std::uint64_t> offset;
  };
  std::map<std::string, Entry> saved_;
};
