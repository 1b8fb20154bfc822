#pragma once
// A dataset of an HDF5 file as a table.

#include "blockspin/h5/foreign.hpp"
#include "blockspin/tables/table.hpp"

namespace blockspin::tables {

class Hdf5Table : public Table {
public:
  Hdf5Table(const std::string& path, const std::string& dataset) : Table(path), dataset_(path, dataset) {
    extent_ = dataset_.extent();
  }
  void read(std::size_t n_leading, std::uint64_t first, std::uint64_t n,
            std::span<double> values) const override;

private:
  h5::ForeignDataset dataset_;
};

} // namespace blockspin::tables
