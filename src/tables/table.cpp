#include "blockspin/tables/table.hpp"

#include "blockspin/base/text.hpp"
#include "blockspin/h5/raw.hpp"
#include "blockspin/mpi/agree.hpp"
#include "hdf5.hpp"
#include "npy.hpp"
#include "text.hpp"

namespace blockspin::tables {

namespace {

enum class Form { npy, hdf5, text };

void refuse_zip(const ByteFile& file) {
  constexpr std::string_view magic = "PK\x03\x04";
  std::string begin(magic.size(), ' ');
  if (file.n_bytes() < magic.size()) return;
  file.read(0, std::as_writable_bytes(std::span(begin)));
  if (begin == magic)
    throw Error(ErrorKind::archive, "is a .npz file, or another ZIP file; save the one array with numpy.save",
                file.path());
}

Form form_of(const std::string& path) {
  if (h5::is_hdf5(path)) return Form::hdf5;
  const ByteFile file(path);
  refuse_zip(file);
  return is_npy(file) ? Form::npy : Form::text;
}

void refuse_dataset(const std::string& path, const std::string& dataset) {
  if (!dataset.empty())
    throw Error(ErrorKind::archive, "is no HDF5 file, and cannot have a dataset '" + dataset + "'", path);
}

} // namespace

BadRow::BadRow(std::uint64_t row, const std::string& what, const std::string& path)
    : Error(ErrorKind::archive, "row " + std::to_string(row) + " (counted from 0): " + what, path),
      row_(row) {}

std::unique_ptr<Table> open_table(const mpi::Communicator& comm, const std::string& path,
                                  const std::string& dataset) {
  Form form = Form::text;
  mpi::agreed(comm, [&] { form = form_of(path); });
  if (form != Form::hdf5) mpi::agreed(comm, [&] { refuse_dataset(path, dataset); });
  // The root looks first: a damaged file may take the process with it that opens it.
  if (form == Form::hdf5)
    mpi::agreed(
        comm, [&] { Hdf5Table(path, dataset); }, true);
  const auto rows = form == Form::text ? find_rows(comm, path) : std::vector<std::uint64_t>{};
  std::unique_ptr<Table> table;
  mpi::agreed(comm, [&] {
    if (form == Form::npy) table = std::make_unique<NpyTable>(path);
    if (form == Form::hdf5) table = std::make_unique<Hdf5Table>(path, dataset);
    if (form == Form::text) table = std::make_unique<TextTable>(path, rows);
  });
  return table;
}

std::string shape_text(const std::vector<std::uint64_t>& extent) {
  std::vector<std::string> pieces;
  for (const std::uint64_t n : extent) pieces.push_back(std::to_string(n));
  return pieces.empty() ? "a single number" : joined(pieces, "x");
}

} // namespace blockspin::tables
