#include "blockspin/h5/foreign.hpp"

#include <algorithm>

#include "blockspin/base/text.hpp"
#include "crash_guard.hpp"
#include "dataset_info.hpp"
#include "open_serial.hpp"

namespace blockspin::h5 {

namespace {

/// Of a message.
constexpr std::size_t most_names = 10;

herr_t add_dataset(hid_t, const char* name, const H5O_info_t* info, void* names) {
  if (info->type == H5O_TYPE_DATASET) static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

std::string names_of_datasets(const Handle& file, const std::string& path) {
  std::vector<std::string> names;
  check(H5Ovisit2(file.id(), H5_INDEX_NAME, H5_ITER_INC, add_dataset, &names, H5O_INFO_BASIC),
        "cannot list the datasets", path);
  if (names.empty()) return "the file has no dataset";
  const bool all = names.size() <= most_names;
  names.resize(std::min(names.size(), most_names));
  return "the file has " + joined(names, ", ") + (all ? "" : ", ...");
}

Handle find_dataset(const Handle& file, const std::string& path, const std::string& name) {
  Handle object(name.empty() ? H5I_INVALID_HID : H5Oopen(file.id(), name.c_str(), H5P_DEFAULT), H5Oclose);
  if (object.id() >= 0 && H5Iget_type(object.id()) == H5I_DATASET) return object;
  const std::string what =
      name.empty() ? "is an HDF5 file, and no dataset is named" : "has no dataset '" + name + "'";
  H5Eclear2(H5E_DEFAULT);
  throw Error(ErrorKind::archive, what + "; " + names_of_datasets(file, path), path);
}

void check_type(const Handle& dataset, const std::string& path, const std::string& name) {
  const Handle type(check(H5Dget_type(dataset.id()), "cannot ask for the type of " + name, path), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type.id());
  if (kind != H5T_INTEGER && kind != H5T_FLOAT && kind != H5T_ENUM) // h5py stores truth values as an enum
    throw Error(ErrorKind::archive, "the dataset " + name + " is not of numbers", path);
}

} // namespace

ForeignDataset::ForeignDataset(const std::string& path, const std::string& dataset) : path_(path) {
  const CrashGuard guard(path);
  file_ = open_serial(path);
  dataset_ = find_dataset(file_, path, dataset);
  check_type(dataset_, path, dataset);
  extent_ = extent_of(dataset_.id(), dataset, path);
}

void ForeignDataset::read(const std::vector<std::uint64_t>& offset, const std::vector<std::uint64_t>& count,
                          std::span<double> values) const {
  const std::vector<hsize_t> first(offset.begin(), offset.end()), n(count.begin(), count.end());
  const Handle file_space(check(H5Dget_space(dataset_.id()), "cannot ask for the shape", path_), H5Sclose);
  const Handle memory_space(
      check(H5Screate_simple(static_cast<int>(n.size()), n.data(), nullptr), "cannot create a dataspace"),
      H5Sclose);
  check(H5Sselect_hyperslab(file_space.id(), H5S_SELECT_SET, first.data(), nullptr, n.data(), nullptr),
        "cannot select a slab");
  check(H5Dread(dataset_.id(), H5T_NATIVE_DOUBLE, memory_space.id(), file_space.id(), H5P_DEFAULT,
                values.data()),
        "cannot read the dataset", path_);
}

} // namespace blockspin::h5
