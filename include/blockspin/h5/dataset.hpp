#pragma once
// Datasets as slabs: every rank writes or reads its rectangular part, idle ranks join with nothing.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "blockspin/base/slab.hpp"
#include "blockspin/h5/file.hpp"

namespace blockspin::h5 {

/// How ranks reach the file: together, or each for itself (reading only, where ranks read different amounts).
enum class Transfer { collective, independent };

struct DatasetInfo {
  ElementType type;
  std::vector<std::uint64_t> extent; ///< empty for a scalar
};

/// The hid_t of the element type in memory; never closed.
hid_t memory_type(ElementType type);
/// Bytes a chunk aims at.
inline constexpr std::uint64_t chunk_bytes = 1 << 20;
/// Chunk extents for a dataset: about chunk_bytes, whole trailing axes first; empty (contiguous) where the
/// dataset is no larger than one chunk. A function of the shape alone.
std::vector<std::uint64_t> chunk_extent(const std::vector<std::uint64_t>& extent,
                                        std::size_t bytes_per_element);

/// Creates a dataset (never filled beforehand) with the groups above it. An extent of
/// rank 0 is a scalar. Collective.
void create_dataset(File& file, const std::string& path, ElementType type,
                    const std::vector<std::uint64_t>& extent);
/// Writes this rank's slab of an existing dataset; bytes.size() = slab.n_local() * element size, or 0 on a
/// rank that writes nothing of a scalar. Collective.
void write_slab(File& file, const std::string& path, ElementType type, const Slab& slab,
                std::span<const std::byte> bytes);
/// Reads this rank's slab; slabs of ranks may overlap. Type and extent must be those stored. Collective, or
/// local with Transfer::independent, which throws on this rank alone.
void read_slab(const File& file, const std::string& path, ElementType type, const Slab& slab,
               std::span<std::byte> bytes, Transfer transfer = Transfer::collective);
/// Type and extent of a stored dataset. Local, same on every rank.
DatasetInfo dataset_info(const File& file, const std::string& path);

/// Turns a one-dimensional dataset into a dimension scale called `name`. Collective.
void make_scale(File& file, const std::string& path, const std::string& name);
/// Attaches a scale to an axis of a dataset. Collective.
void attach_scale(File& file, const std::string& dataset, unsigned axis, const std::string& scale,
                  const std::string& label);

} // namespace blockspin::h5
