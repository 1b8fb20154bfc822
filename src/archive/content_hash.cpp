#include "content_hash.hpp"

#include <algorithm>
#include <vector>

#include <xxhash.h>

#include "blockspin/h5/dataset.hpp"
#include "blockspin/h5/serial_file.hpp"
#include "blockspin/h5/tree.hpp"
#include "blockspin/mpi/agree.hpp"
#include "hasher.hpp"

namespace blockspin::archive {

namespace {

/// About so many bytes are hashed at once.
constexpr std::uint64_t block_bytes = 1 << 22;

/// A dataset cut into blocks: single indices of the leading axes, runs of indices of
/// one axis, whole trailing axes.
class Blocks {
public:
  explicit Blocks(const h5::DatasetInfo& info) : extent_(info.extent) {
    std::uint64_t slice = element_bytes(info.type);
    axis_ = extent_.size();
    while (axis_ > 0 && slice * extent_[axis_ - 1] <= block_bytes) slice *= extent_[--axis_];
    if (axis_ == 0) return; // one block holds it all
    --axis_;
    run_ = std::max<std::uint64_t>(1, block_bytes / slice);
    per_line_ = (extent_[axis_] + run_ - 1) / run_;
    n_ = per_line_;
    for (std::size_t axis = 0; axis < axis_; ++axis) n_ *= extent_[axis];
    cut_ = true;
  }

  std::uint64_t n() const { return n_; }

  Slab slab(std::uint64_t block) const {
    Slab slab = Slab::whole(extent_);
    if (!cut_) return slab;
    slab.offset[axis_] = block % per_line_ * run_;
    slab.count[axis_] = std::min(run_, extent_[axis_] - slab.offset[axis_]);
    std::uint64_t line = block / per_line_;
    for (std::size_t axis = axis_; axis-- > 0; line /= extent_[axis]) {
      slab.offset[axis] = line % extent_[axis];
      slab.count[axis] = 1;
    }
    return slab;
  }

private:
  std::vector<std::uint64_t> extent_;
  std::size_t axis_ = 0;
  std::uint64_t run_ = 1;
  std::uint64_t per_line_ = 1;
  std::uint64_t n_ = 1;
  bool cut_ = false;
};

/// Hashes of all blocks of a dataset, in order, on every rank.
std::vector<std::uint64_t> block_hashes(const h5::File& file, const std::string& path,
                                        const h5::DatasetInfo& info) {
  const mpi::Communicator& comm = file.comm();
  const Blocks blocks(info);
  std::vector<std::uint64_t> mine;
  const bool empty = Slab::whole(info.extent).n_global() == 0;
  const mpi::Range range = mpi::block_range(empty ? 0 : blocks.n(), comm.rank(), comm.size());
  mpi::agreed(comm, [&] {
    std::vector<std::byte> bytes;
    for (std::uint64_t block = range.first; block < range.last; ++block) {
      h5::still_alive();
      const Slab slab = blocks.slab(block);
      bytes.resize(slab.n_local() * element_bytes(info.type));
      h5::read_slab(file, path, info.type, slab, bytes, h5::Transfer::independent);
      mine.push_back(XXH3_64bits(bytes.data(), bytes.size()));
    }
  });
  return comm.gather_all(std::span<const std::uint64_t>(mine));
}

constexpr std::size_t n_digits_of_a_half = 16;

void add_values(Hasher& hasher, const h5::File& file, const std::string& path, const h5::DatasetInfo& info) {
  hasher.add(std::vector{static_cast<std::uint64_t>(info.type)});
  hasher.add(info.extent);
  hasher.add(block_hashes(file, path, info));
}

std::string hash_of_format_1(const h5::File& file, const std::string& group,
                             const std::vector<h5::Node>& nodes) {
  Hasher hasher;
  for (const h5::Node& node : nodes) {
    if (!node.dataset) continue;
    hasher.add(node.path.c_str(), node.path.size() + 1);
    add_values(hasher, file, group + "/" + node.path, *node.dataset);
  }
  return hasher.digits();
}

} // namespace

std::string attribute_digits(const std::string& path, const std::map<std::string, h5::Value>& attributes) {
  auto hashed = attributes;
  hashed.erase("content_hash");
  Hasher hasher;
  hasher.add(path);
  hasher.add(hashed);
  return hasher.digits().substr(0, n_digits_of_a_half);
}

std::string content_hash(const h5::File& file, const std::string& group, std::uint64_t version) {
  std::vector<h5::Node> nodes;
  mpi::agreed(file.comm(), [&] { nodes = h5::describe(file.id(), group, file.path()); });
  return content_hash(file, group, nodes, version);
}

std::string content_hash(const h5::File& file, const std::string& group, const std::vector<h5::Node>& nodes,
                         std::uint64_t version) {
  if (version == 1) return hash_of_format_1(file, group, nodes);
  Hasher below;
  for (const h5::Node& node : nodes) {
    if (node.path.empty()) continue;
    below.add(node.path);
    below.add(std::uint64_t{node.attributes.size()});
    below.add(node.attributes);
    if (node.dataset) add_values(below, file, group + "/" + node.path, *node.dataset);
  }
  return attribute_digits(group, nodes.front().attributes) + below.digits().substr(0, n_digits_of_a_half);
}

} // namespace blockspin::archive
