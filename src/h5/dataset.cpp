#include "blockspin/h5/dataset.hpp"

#include <algorithm>

#include <hdf5_hl.h>

#include "dataset_info.hpp"
#include "room.hpp"
#include "together.hpp"

namespace blockspin::h5 {

namespace {

/// Bytes of one transfer and rank: MPI counts are ints, and collective buffering keeps a copy.
constexpr std::uint64_t transfer_bytes = std::uint64_t{1} << 28;

hid_t file_type(ElementType type) {
  switch (type) {
  case ElementType::u8: return H5T_STD_U8LE;
  case ElementType::i32: return H5T_STD_I32LE;
  case ElementType::u32: return H5T_STD_U32LE;
  case ElementType::i64: return H5T_STD_I64LE;
  case ElementType::u64: return H5T_STD_U64LE;
  case ElementType::f32: return H5T_IEEE_F32LE;
  case ElementType::f64: return H5T_IEEE_F64LE;
  }
  return H5I_INVALID_HID;
}

const std::vector<ElementType>& element_types() {
  using enum ElementType;
  static const std::vector<ElementType> types{u8, i32, u32, i64, u64, f32, f64};
  return types;
}

Handle dataspace(const std::vector<std::uint64_t>& extent) {
  const std::vector<hsize_t> dimensions(extent.begin(), extent.end());
  return {check(extent.empty()
                    ? H5Screate(H5S_SCALAR)
                    : H5Screate_simple(static_cast<int>(extent.size()), dimensions.data(), nullptr),
                "cannot create a dataspace"),
          H5Sclose};
}

Handle open_dataset(const File& file, const std::string& path) {
  return {
      check(H5Dopen2(file.id(), path.c_str(), H5P_DEFAULT), "cannot open the dataset " + path, file.path()),
      H5Dclose};
}

Handle transfer_properties(Transfer transfer) {
  Handle dxpl(check(H5Pcreate(H5P_DATASET_XFER), "cannot create a property list"), H5Pclose);
  check(H5Pset_dxpl_mpio(dxpl.id(),
                         transfer == Transfer::collective ? H5FD_MPIO_COLLECTIVE : H5FD_MPIO_INDEPENDENT),
        "cannot choose the transfer");
  return dxpl;
}

std::size_t longest_axis(const Slab& slab) {
  return static_cast<std::size_t>(std::max_element(slab.count.begin(), slab.count.end()) -
                                  slab.count.begin());
}

/// Selects part i of n of a slab, cut along its longest axis, in the file and in this rank's memory.
void select_part(const Slab& slab, int i, int n, const Handle& file_space, const Handle& memory_space) {
  const std::size_t axis = longest_axis(slab);
  const mpi::Range range = mpi::block_range(slab.count[axis], i, n);
  std::vector<hsize_t> offset(slab.offset.begin(), slab.offset.end()),
      count(slab.count.begin(), slab.count.end());
  std::vector<hsize_t> memory_offset(slab.count.size(), 0);
  offset[axis] += range.first;
  memory_offset[axis] = range.first;
  count[axis] = range.size();
  const auto select = [&count](const Handle& space, const std::vector<hsize_t>& first) {
    check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, first.data(), nullptr, count.data(), nullptr),
          "cannot select a slab");
  };
  select(file_space, offset);
  select(memory_space, memory_offset);
}

/// Selects part i of n, or nothing where this rank has nothing left.
void select(const Slab& slab, bool nothing, int i, int n, const Handle& file_space,
            const Handle& memory_space) {
  const bool scalar = slab.count.empty();
  if (nothing || (scalar && i > 0) ||
      (!scalar && mpi::block_range(slab.count[longest_axis(slab)], i, n).size() == 0)) {
    check(H5Sselect_none(file_space.id()), "cannot select nothing");
    check(H5Sselect_none(memory_space.id()), "cannot select nothing");
  } else if (!scalar) { // a scalar is selected whole from the start
    select_part(slab, i, n, file_space, memory_space);
  }
}

int n_parts(std::size_t n_bytes) {
  return static_cast<int>(std::max<std::uint64_t>(1, (n_bytes + transfer_bytes - 1) / transfer_bytes));
}

void check_slab(const File& file, const std::string& path, ElementType type, const Slab& slab,
                std::size_t n_bytes) {
  const DatasetInfo info = dataset_info(file, path);
  if (info.type != type || info.extent != slab.extent)
    throw Error(ErrorKind::archive, "the dataset " + path + " has another type or shape than expected",
                file.path());
  require(n_bytes == slab.n_local() * element_bytes(type) || (n_bytes == 0 && slab.extent.empty()),
          "a slab and its values differ in size");
}

/// Moves the parts of a slab: transfer_part(dataset, memory space, file space, transfer properties).
template <class TransferPart>
void transfer_slab(const File& file, const std::string& path, const Slab& slab, bool nothing, int parts,
                   Transfer transfer, TransferPart&& transfer_part) {
  const Handle dataset = open_dataset(file, path);
  const Handle dxpl = transfer_properties(transfer);
  const Handle file_space = dataspace(slab.extent), memory_space = dataspace(slab.count);
  for (int i = 0; i < parts; ++i) {
    select(slab, nothing, i, parts, file_space, memory_space);
    check(transfer_part(dataset.id(), memory_space.id(), file_space.id(), dxpl.id()),
          "cannot move values of the dataset " + path, file.path());
  }
}

} // namespace

hid_t memory_type(ElementType type) {
  switch (type) {
  case ElementType::u8: return H5T_NATIVE_UINT8;
  case ElementType::i32: return H5T_NATIVE_INT32;
  case ElementType::u32: return H5T_NATIVE_UINT32;
  case ElementType::i64: return H5T_NATIVE_INT64;
  case ElementType::u64: return H5T_NATIVE_UINT64;
  case ElementType::f32: return H5T_NATIVE_FLOAT;
  case ElementType::f64: return H5T_NATIVE_DOUBLE;
  }
  return H5I_INVALID_HID;
}

std::vector<std::uint64_t> chunk_extent(const std::vector<std::uint64_t>& extent,
                                        std::size_t bytes_per_element) {
  constexpr std::uint64_t smallest_chunked = 1 << 16;
  if (Slab::whole(extent).n_global() * bytes_per_element < smallest_chunked) return {};
  std::vector<std::uint64_t> chunk(extent.size(), 1);
  std::uint64_t room = chunk_bytes / bytes_per_element;
  for (std::size_t axis = extent.size(); axis-- > 0 && room > 1;) {
    chunk[axis] = std::min(extent[axis], room);
    room /= chunk[axis];
  }
  return chunk;
}

void create_dataset(File& file, const std::string& path, ElementType type,
                    const std::vector<std::uint64_t>& extent) {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) file.create_group(path.substr(0, slash));
  reserve_room(file, Slab::whole(extent).n_global() * element_bytes(type));
  together(file.comm(), file.path(), 0, [&] {
    const Handle dcpl(check(H5Pcreate(H5P_DATASET_CREATE), "cannot create a property list"), H5Pclose);
    check(H5Pset_obj_track_times(dcpl.id(), false), "cannot switch off times");
    check(H5Pset_fill_time(dcpl.id(), H5D_FILL_TIME_NEVER), "cannot switch off filling");
    const std::vector<std::uint64_t> chunk = chunk_extent(extent, element_bytes(type));
    const std::vector<hsize_t> chunk_dimensions(chunk.begin(), chunk.end());
    if (!chunk.empty())
      check(H5Pset_chunk(dcpl.id(), static_cast<int>(chunk.size()), chunk_dimensions.data()),
            "cannot set chunks");
    const Handle space = dataspace(extent);
    const Handle dataset(check(H5Dcreate2(file.id(), path.c_str(), file_type(type), space.id(), H5P_DEFAULT,
                                          dcpl.id(), H5P_DEFAULT),
                               "cannot create the dataset " + path, file.path()),
                         H5Dclose);
  });
}

void write_slab(File& file, const std::string& path, ElementType type, const Slab& slab,
                std::span<const std::byte> bytes) {
  if (slab.n_global() == 0) return;
  together(file.comm(), file.path(), 0, [&] { check_slab(file, path, type, slab, bytes.size()); });
  const int parts = file.comm().max(n_parts(bytes.size()));
  const std::uint64_t n_bytes = slab.n_global() * element_bytes(type);
  file.add_written(n_bytes);
  together(file.comm(), file.path(), n_bytes, [&] {
    transfer_slab(file, path, slab, bytes.empty(), parts, Transfer::collective,
                  [&](hid_t dataset, hid_t memory_space, hid_t file_space, hid_t dxpl) {
                    return H5Dwrite(dataset, memory_type(type), memory_space, file_space, dxpl, bytes.data());
                  });
  });
}

void read_slab(const File& file, const std::string& path, ElementType type, const Slab& slab,
               std::span<std::byte> bytes, Transfer transfer) {
  if (slab.n_global() == 0) return;
  const auto read = [&](int parts) {
    transfer_slab(file, path, slab, bytes.empty(), parts, transfer,
                  [&](hid_t dataset, hid_t memory_space, hid_t file_space, hid_t dxpl) {
                    return H5Dread(dataset, memory_type(type), memory_space, file_space, dxpl, bytes.data());
                  });
  };
  const auto check_size = [&] { check_slab(file, path, type, slab, bytes.size()); };
  if (transfer == Transfer::independent) {
    check_size();
    read(n_parts(bytes.size()));
    return;
  }
  together(file.comm(), file.path(), 0, check_size);
  const int parts = file.comm().max(n_parts(bytes.size()));
  together(file.comm(), file.path(), slab.n_global() * element_bytes(type), [&] { read(parts); });
}

std::vector<std::uint64_t> extent_of(hid_t dataset, const std::string& path, const std::string& where) {
  const std::string action = "cannot ask for the shape of " + path;
  const Handle space(check(H5Dget_space(dataset), action, where), H5Sclose);
  const int n_axes = check(H5Sget_simple_extent_ndims(space.id()), action, where);
  std::vector<hsize_t> extent(static_cast<std::size_t>(n_axes));
  check(H5Sget_simple_extent_dims(space.id(), extent.data(), nullptr), action, where);
  return {extent.begin(), extent.end()};
}

DatasetInfo info_of(hid_t dataset, const std::string& path, const std::string& where) {
  const Handle type(check(H5Dget_type(dataset), "cannot ask for the type of " + path, where), H5Tclose);
  for (const ElementType candidate : element_types())
    if (H5Tequal(type.id(), file_type(candidate)) > 0) return {candidate, extent_of(dataset, path, where)};
  throw Error(ErrorKind::archive, "the dataset " + path + " has a type that blockspin does not write", where);
}

DatasetInfo dataset_info(const File& file, const std::string& path) {
  return info_of(open_dataset(file, path).id(), path, file.path());
}

void make_scale(File& file, const std::string& path, const std::string& name) {
  together(file.comm(), file.path(), 0, [&] {
    const Handle dataset = open_dataset(file, path);
    check(H5DSset_scale(dataset.id(), name.c_str()), "cannot make a dimension scale of " + path, file.path());
  });
}

void attach_scale(File& file, const std::string& dataset_path, unsigned axis, const std::string& scale_path,
                  const std::string& label) {
  together(file.comm(), file.path(), 0, [&] {
    const Handle dataset = open_dataset(file, dataset_path), scale = open_dataset(file, scale_path);
    check(H5DSattach_scale(dataset.id(), scale.id(), axis),
          "cannot attach a dimension scale to " + dataset_path, file.path());
    check(H5DSset_label(dataset.id(), axis, label.c_str()), "cannot label an axis of " + dataset_path,
          file.path());
  });
}

} // namespace blockspin::h5
