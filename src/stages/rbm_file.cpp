#include "blockspin/stages/rbm_file.hpp"

#include <cmath>
#include <vector>

#include "blockspin/base/text.hpp"
#include "blockspin/h5/foreign.hpp"
#include "blockspin/h5/raw.hpp"
#include "blockspin/mpi/agree.hpp"

namespace blockspin::stages {

namespace {

[[noreturn]] void fail(const tables::Table& table, const std::string& what) {
  throw Error(ErrorKind::archive, what, table.path());
}

/// All numbers of a table, as parameters are held. Local.
void read_all(const tables::Table& table, std::span<float> parameters) {
  const std::uint64_t n_rows = table.extent().front(), length = parameters.size() / n_rows;
  std::vector<double> row(length);
  for (std::uint64_t i = 0; i < n_rows; ++i) {
    table.read(1, i, 1, row);
    for (std::uint64_t j = 0; j < length; ++j) {
      parameters[i * length + j] = static_cast<float>(row[j]);
      if (!std::isfinite(parameters[i * length + j]))
        throw tables::BadRow(i, "number " + std::to_string(j) + " is " + format_number(row[j]), table.path());
    }
  }
}

} // namespace

MachineFile::MachineFile(const mpi::Communicator& comm, const std::string& path, const std::string& group) {
  const bool is_hdf5 = comm.max(comm.is_root() && h5::is_hdf5(path) ? 1 : 0) == 1;
  const auto open = [&](const std::string& name) {
    return tables::open_table(comm, path, is_hdf5 || !group.empty() ? group + "/" + name : "");
  };
  weights_ = open("weights");
  if (is_hdf5) visible_bias_ = open("visible_bias");
  if (is_hdf5) hidden_bias_ = open("hidden_bias");
  mpi::agreed(comm, [&] { require_shapes(); });
}

void MachineFile::require_shapes() const {
  const auto& extent = weights_->extent();
  if (extent.size() != 2 || extent[0] == 0 || extent[1] == 0)
    fail(*weights_, "weights are [visible, hidden], and their shape is " + tables::shape_text(extent));
  const auto require_length = [&](const tables::Table& bias, const char* name, std::uint64_t n) {
    if (bias.extent() != std::vector<std::uint64_t>{n})
      fail(bias, std::string(name) + " has the shape " + tables::shape_text(bias.extent()) +
                     ", and the weights have " + tables::shape_text(extent));
  };
  if (visible_bias_) require_length(*visible_bias_, "visible_bias", extent[0]);
  if (hidden_bias_) require_length(*hidden_bias_, "hidden_bias", extent[1]);
}

rbm::Machine MachineFile::read(const mpi::Communicator& comm, rbm::Units units) const {
  rbm::Machine machine(units, n_visible(), n_hidden());
  mpi::agreed(comm, [&] {
    weights_->require_unchanged();
    read_all(*weights_, machine.weights.flat());
    if (visible_bias_) read_all(*visible_bias_, machine.visible_bias);
    if (hidden_bias_) read_all(*hidden_bias_, machine.hidden_bias);
  });
  return machine;
}

} // namespace blockspin::stages
