#pragma once
// The state of a stepper in a group of an HDF5 file: what checkpoints hold, and what a
// stage leaves for its extension.

#include <string>

#include "blockspin/base/state.hpp"
#include "blockspin/h5/file.hpp"

namespace blockspin::archive {

/// Writes states as datasets of a group that exists. Collective.
class FileStateSink : public StateSink {
public:
  FileStateSink(h5::File& file, std::string group) : file_(file), group_(std::move(group)) {}

protected:
  void put(std::string_view name, ElementType type, const Slab& slab, std::span<const std::byte> bytes,
           bool replicated) override;

private:
  h5::File& file_;
  std::string group_;
};

/// Reads them back on any number of ranks. Collective.
class FileStateSource : public StateSource {
public:
  FileStateSource(const h5::File& file, std::string group) : file_(file), group_(std::move(group)) {}

  std::uint64_t n_saved(std::string_view name) override;

protected:
  void get(std::string_view name, ElementType type, const Slab& slab, std::span<std::byte> bytes,
           bool replicated) override;

private:
  const h5::File& file_;
  std::string group_;
};

} // namespace blockspin::archive
