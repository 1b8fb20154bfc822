#include "blockspin/archive/state_file.hpp"

#include "blockspin/h5/attribute.hpp"
#include "blockspin/h5/dataset.hpp"
#include "blockspin/mpi/agree.hpp"

namespace blockspin::archive {

void FileStateSink::put(std::string_view name, ElementType type, const Slab& slab,
                        std::span<const std::byte> bytes, bool replicated) {
  const std::string path = group_ + "/" + std::string(name);
  h5::create_dataset(file_, path, type, slab.extent);
  h5::write_attribute(file_, path, "unit", std::string("1"));
  h5::write_attribute(file_, path, "description",
                      std::string("state of the computation, for its continuation"));
  const bool idle = replicated && !file_.comm().is_root();
  h5::write_slab(file_, path, type, idle ? Slab::none(slab.extent) : slab, idle ? bytes.first(0) : bytes);
}

std::uint64_t FileStateSource::n_saved(std::string_view name) {
  std::uint64_t n = 0;
  const std::string path = group_ + "/" + std::string(name);
  mpi::agreed(file_.comm(), [&] { n = Slab::whole(h5::dataset_info(file_, path).extent).n_global(); });
  return n;
}

void FileStateSource::get(std::string_view name, ElementType type, const Slab& slab,
                          std::span<std::byte> bytes, bool) {
  h5::read_slab(file_, group_ + "/" + std::string(name), type, slab, bytes);
}

} // namespace blockspin::archive
