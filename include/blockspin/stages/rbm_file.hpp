#pragma once
// A machine that another program wrote.

#include <memory>
#include <string>

#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rbm/machine.hpp"
#include "blockspin/tables/table.hpp"

namespace blockspin::stages {

/// Weights [visible, hidden] of a .npy or text file, with biases of 0; or the datasets weights, visible_bias
/// and hidden_bias of a group of an HDF5 file, such as "rbm/V/layer_1" of another archive.
class MachineFile {
public:
  /// Looks at the shapes; agreed ErrorKind::archive where they are none of a machine. `group`: of an HDF5
  /// file, or empty. Collective.
  MachineFile(const mpi::Communicator& comm, const std::string& path, const std::string& group);

  const std::string& path() const { return weights_->path(); }
  std::uint64_t n_visible() const { return weights_->extent()[0]; }
  std::uint64_t n_hidden() const { return weights_->extent()[1]; }
  /// The machine on every rank; agreed ErrorKind::archive where a parameter is not finite, or the file has
  /// changed. Collective.
  rbm::Machine read(const mpi::Communicator& comm, rbm::Units units) const;

private:
  void require_shapes() const;

  std::unique_ptr<tables::Table> weights_, visible_bias_, hidden_bias_; ///< biases of HDF5 files only
};

} // namespace blockspin::stages
