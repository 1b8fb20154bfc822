#include "import_read.hpp"

#include <algorithm>
#include <limits>

#include "blockspin/base/log.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/ising/observables.hpp"
#include "blockspin/mpi/agree.hpp"
#include "import_pack.hpp"
#include "reading.hpp"

namespace blockspin::stages {

namespace {

/// Pieces of a rank's part of all configurations, in the archive's order: each of one temperature, and small
/// enough to be read at once.
std::vector<mpi::Range> pieces_of(const ImportLayout& layout, mpi::Range part) {
  const auto numbers = static_cast<std::uint64_t>(import_step_bytes / sizeof(double));
  const std::uint64_t most = std::max<std::uint64_t>(1, numbers / layout.row_length);
  const std::uint64_t n_each = layout.n_configurations();
  std::vector<mpi::Range> pieces;
  for (std::uint64_t at = part.first; at < part.last; at = pieces.back().last)
    pieces.push_back({at, std::min({at + most, part.last, (at / n_each + 1) * n_each})});
  return pieces;
}

/// Reads the configurations of a piece where they stand in the file: runs of consecutive rows at once.
void read_piece(ImportPacker& packer, const ImportSource& source, mpi::Range piece,
                Array<std::uint8_t, 2>& packed) {
  for (std::uint64_t at = piece.first; at < piece.last;) {
    std::uint64_t end = at + 1;
    while (end < piece.last && source.row_of(end) == source.row_of(end - 1) + 1) ++end;
    packer.pack(source.row_of(at),
                {packed.data() + (at - piece.first) * packed.extent(1), {end - at, packed.extent(1)}});
    at = end;
  }
}

/// Energies and magnetisations of this rank's configurations.
class Measured {
public:
  static constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();

  explicit Measured(const ImportSource& source) : source_(source) {
    if (source.model) geometry_.emplace(source.model->lattice.values);
  }

  /// The first row of the file with another state than a ground state at T = 0, of this rank's; none where all
  /// are.
  std::uint64_t excited_row() const { return excited_; }
  /// Writes those of a piece, whose first configuration has this place in the archive. Collective.
  void add(archive::StageWriter& writer, const Slab& slab, std::uint64_t first,
           const Array<std::uint8_t, 2>& packed) {
    if (!geometry_) return;
    std::vector<double> energy, magnet;
    for (std::size_t i = 0; i < packed.extent(0); ++i) {
      const replica::Reading reading = reading_of(*geometry_, packed.row(i));
      energies_.push_back(bond_energy(*geometry_, reading));
      magnets_.push_back(magnetization(*geometry_, reading));
      if (is_cold(first + i) && !is_ground_state()) excited_ = std::min(excited_, source_.row_of(first + i));
      energy.push_back(ising::energy_per_site(ensemble(0), energies_.back(), magnets_.back()));
      magnet.push_back(static_cast<double>(magnets_.back()) / static_cast<double>(geometry_->n_sites()));
    }
    writer.write("energy", slab, std::span<const double>(energy));
    writer.write("magnetization", slab, std::span<const double>(magnet));
  }
  /// Means and errors of all; `mine`: the configurations that this rank has added. Collective.
  void write_observables(archive::StageWriter& writer, const mpi::Communicator& comm, mpi::Range mine) const {
    if (!geometry_ || source_.temperatures.empty()) return;
    std::vector<ising::Observables> all;
    for (std::size_t t = 0; t < source_.temperatures.size(); ++t) {
      const auto energies = gathered(comm, energies_, mine, t), magnets = gathered(comm, magnets_, mine, t);
      const std::span<const std::int64_t> energy[] = {energies}, magnet[] = {magnets};
      all.push_back(ising::measure(ensemble(source_.temperatures[t]), energy, magnet));
    }
    for (const ising::Observable o : ising::all_observables) {
      std::vector<double> mean, error;
      for (const auto& observables : all) {
        mean.push_back(observables[o].mean);
        error.push_back(observables[o].error);
      }
      writer.write_list("observables/" + std::string(name(o)) + "/mean", mean);
      writer.write_list("observables/" + std::string(name(o)) + "/error", error);
    }
  }

private:
  bool is_cold(std::uint64_t place) const {
    return !source_.temperatures.empty() &&
           source_.temperatures[place / source_.layout.n_configurations()] == 0;
  }
  /// Whether the last configuration added is one.
  bool is_ground_state() const {
    const auto n = static_cast<std::int64_t>(geometry_->n_sites());
    const double field = source_.model->field;
    return std::abs(magnets_.back()) == n && field * static_cast<double>(magnets_.back()) >= 0;
  }
  ising::Ensemble ensemble(double temperature) const {
    return {geometry_->n_sites(), temperature, source_.model->field, geometry_->n_neighbours()};
  }
  /// All ranks' values of temperature t, in order.
  std::vector<std::int64_t> gathered(const mpi::Communicator& comm, const std::vector<std::int64_t>& values,
                                     mpi::Range mine, std::uint64_t t) const {
    const std::uint64_t n = source_.layout.n_configurations();
    const std::uint64_t first = std::clamp(t * n, mine.first, mine.last) - mine.first;
    const std::uint64_t last = std::clamp((t + 1) * n, mine.first, mine.last) - mine.first;
    return comm.gather_all(std::span(values).subspan(first, last - first));
  }

  const ImportSource& source_;
  std::optional<lattice::Geometry> geometry_;
  std::vector<std::int64_t> energies_, magnets_;
  std::uint64_t excited_ = none;
};

/// The place of a piece in [temperature, configuration], and, with n_bytes, in their bytes.
Slab slab_of(const ImportLayout& layout, mpi::Range piece, std::uint64_t n_bytes = 0) {
  const std::uint64_t n = layout.n_configurations();
  std::vector<std::uint64_t> extent{layout.n_classes, n}, count{1, piece.size()};
  std::vector<std::uint64_t> offset{piece.first / n, piece.first % n};
  if (n_bytes > 0) {
    extent.push_back(n_bytes);
    offset.push_back(0);
    count.push_back(n_bytes);
  }
  return piece.size() == 0 ? Slab::none(extent) : Slab{extent, offset, count};
}

/// The lowest wrong row of the file, the same for every number of ranks.
void require_good(const mpi::Communicator& comm, const ImportPacker& packer, const std::string& path) {
  const std::uint64_t wrong = comm.min(packer.wrong_row());
  const bool mine = wrong != ImportPacker::none && packer.wrong_row() == wrong;
  mpi::agree(comm, !mine, ErrorKind::archive, packer.what_is_wrong(), path);
  const std::uint64_t minus = comm.min(packer.first_minus()), zero = comm.min(packer.first_zero());
  if (minus == ImportPacker::none || zero == ImportPacker::none) return;
  throw_agreed(ErrorKind::archive,
               "row " + std::to_string(minus) + " (counted from 0) has a -1, and row " +
                   std::to_string(zero) + " has a 0; allowed: -1 and 1, or 0 and 1",
               path);
}

} // namespace

void import_configurations(campaign::Context& context, const ImportSource& source) {
  const mpi::Communicator& comm = context.comm();
  const ImportLayout& layout = source.layout;
  const std::uint64_t n_bytes = packed_bytes(layout.n_sites);
  const auto mine = mpi::block_range(layout.n_rows, comm.rank(), comm.size());
  const auto pieces = pieces_of(layout, mine);
  const std::uint64_t n_steps = comm.max<std::uint64_t>(pieces.size());
  log::info("reads " + std::to_string(layout.n_rows) + " configurations of " +
            std::to_string(layout.n_sites) + " units from " + source.table.path());
  ImportPacker packer(source.table, layout, source.encoding);
  Measured measured(source);
  archive::StageWriter writer = context.begin_writing();
  // The scale of an axis must be there; readers go by what the ensemble says of itself.
  const std::vector<double> one_class{std::numeric_limits<double>::quiet_NaN()};
  writer.write_list("temperature", source.temperatures.empty() ? one_class : source.temperatures);
  for (std::uint64_t step = 0; step < n_steps; ++step) {
    context.safe_point();
    const mpi::Range piece = step < pieces.size() ? pieces[step] : mpi::Range{};
    Array<std::uint8_t, 2> packed({piece.size(), n_bytes});
    mpi::agreed(comm, [&] { read_piece(packer, source, piece, packed); });
    writer.write("configuration", slab_of(layout, piece, n_bytes), std::as_const(packed).flat());
    measured.add(writer, slab_of(layout, piece), piece.first, packed);
  }
  require_good(comm, packer, source.table.path());
  if (const std::uint64_t excited = comm.min(measured.excited_row()); excited != Measured::none)
    throw_agreed(
        ErrorKind::archive,
        "row " + std::to_string(excited) +
            " (counted from 0) is of temperature 0 and no ground state; such states have probability 0",
        source.table.path());
  measured.write_observables(writer, comm, mine);
  writer.commit();
}

} // namespace blockspin::stages
