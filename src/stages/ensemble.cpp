#include "blockspin/stages/ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blockspin/base/packed.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/deck/values.hpp"

namespace blockspin::stages {

namespace {

/// An agreed ErrorKind::archive unless `ok`, which is the same on every rank.
void require_stored(const archive::Archive& archive, bool ok, const std::string& what,
                    const std::string& group) {
  if (!ok) throw_agreed(ErrorKind::archive, what, archive.path() + ": " + group);
}

void check_shapes(const archive::Archive& archive, const StoredEnsemble& stored,
                  const std::vector<std::uint64_t>& extent) {
  const auto require = [&](bool ok, const char* what) { require_stored(archive, ok, what, stored.group); };
  const auto& t = stored.temperature;
  require(!stored.temperatures || std::ranges::none_of(t, [](double x) { return std::isnan(x) || x < 0; }),
          "a temperature is not a number, or below 0");
  require(!stored.temperatures || std::ranges::is_sorted(t, std::less_equal<>()),
          "temperatures do not increase");
  require(extent.size() == 3 && extent[0] == t.size(), "configurations and temperatures do not go together");
  require(extent[1] == stored.n_configurations,
          "the group keeps another number of configurations than it says");
  require(extent[2] == packed_bytes(stored.n_sites), "configurations are of another lattice");
}

/// "16 units", "16 units on a lattice 4x4".
std::string units_text(std::uint64_t n_units, const std::vector<std::uint64_t>& lattice) {
  const std::string text = std::to_string(n_units) + " units";
  return lattice.empty() ? text : text + " on a lattice " + deck::Codec<deck::Extents>::text({lattice});
}

} // namespace

std::optional<EnsembleInfo> find_ensemble(const campaign::Plan& plan, const std::string& name) {
  const auto* const provider = plan.provider<EnsembleProvider>(an_ensemble, name);
  return provider == nullptr ? std::nullopt : std::optional(provider->ensemble_info(plan));
}

EnsembleInfo ensemble_of(const campaign::Plan& plan, const std::string& name) {
  auto found = find_ensemble(plan, name);
  require(found.has_value(), "a stage reads an ensemble that is nowhere");
  return *std::move(found);
}

void check_temperatures(const EnsembleInfo& info, const std::vector<double>& wanted, const std::string& key,
                        const campaign::Complain& complain) {
  if (!info.temperatures)
    return complain(key, info.group + " has no temperatures", "an ensemble that has them");
  const auto& known = info.temperatures->values;
  for (const double t : wanted)
    if (deck::find_temperature(known, t) == known.size())
      complain(key, format_number(t) + " is not one of " + info.group,
               campaign::allowed_temperatures(*info.temperatures));
}

bool check_lattice(const std::vector<std::uint64_t>& lattice, const std::string& group,
                   const std::string& key, const campaign::Complain& complain) {
  if (!lattice.empty()) return true;
  complain(key, group + " is of units without places on a lattice", "what has a lattice");
  return false;
}

bool check_units(const EnsembleInfo& info, std::uint64_t n_units, const std::vector<std::uint64_t>& lattice,
                 const std::string& other, const std::string& key, const campaign::Complain& complain) {
  const bool as_many = n_units == 0 || info.n_sites == 0 || info.n_sites == n_units;
  if (as_many && (lattice.empty() || info.lattice.empty() || info.lattice == lattice)) return true;
  complain(key, info.group + " is of " + units_text(info.n_sites, info.lattice),
           "what is of " + units_text(n_units, lattice) + ", as " + other);
  return false;
}

std::vector<archive::Row> ensemble_rows() {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"};
  const archive::Axis configuration{"configuration", ""};
  return {
      {"temperature", f64, {temperature}, "J/k_B", "temperatures, increasing; inf means independent spins"},
      {"configuration",
       u8,
       {temperature, configuration, {"byte", ""}},
       "1",
       "kept configurations, one bit a spin: site s (row major) is bit s%8, least significant first, of byte "
       "s/8; spin = 2 bit - 1"},
  };
}

StoredEnsemble open_ensemble(const campaign::Context& context, const std::string& name) {
  const archive::Archive& archive = context.archive();
  StoredEnsemble stored;
  static_cast<EnsembleInfo&>(stored) = ensemble_of(context.plan(), name);
  stored.temperature = stored.temperatures ? archive.read_all<double>(stored.group + "/temperature")
                                           : std::vector<double>{std::numeric_limits<double>::quiet_NaN()};
  const auto extent = archive.extent(stored.group + "/configuration");
  check_shapes(archive, stored, extent);
  if (stored.temperatures) stored.temperatures->values = stored.temperature;
  stored.n_bytes = extent[2];
  return stored;
}

Array<std::uint8_t, 2> read_configurations(const archive::Archive& archive, const StoredEnsemble& ensemble,
                                           const std::vector<std::size_t>& temperatures, mpi::Range mine) {
  return read_configurations(archive, ensemble, temperatures, {0, ensemble.n_configurations}, mine);
}

Array<std::uint8_t, 2> read_configurations(const archive::Archive& archive, const StoredEnsemble& ensemble,
                                           const std::vector<std::size_t>& temperatures, mpi::Range each,
                                           mpi::Range mine) {
  Array<std::uint8_t, 2> packed({mine.size(), ensemble.n_bytes});
  const std::vector<std::uint64_t> extent = {ensemble.temperature.size(), ensemble.n_configurations,
                                             ensemble.n_bytes};
  for (std::size_t k = 0; k < temperatures.size(); ++k) {
    // The part of this rank's range that lies at temperature k, possibly none.
    const std::uint64_t begin = k * each.size(), end = begin + each.size();
    const std::uint64_t first = std::clamp(mine.first, begin, end), last = std::clamp(mine.last, begin, end);
    const std::uint64_t n = last - first;
    const Slab slab =
        n == 0 ? Slab::none(extent)
               : Slab{extent, {temperatures[k], each.first + first - begin, 0}, {1, n, ensemble.n_bytes}};
    const std::size_t offset = n == 0 ? 0 : (first - mine.first) * ensemble.n_bytes;
    archive.read(ensemble.group + "/configuration", slab,
                 packed.flat().subspan(offset, n * ensemble.n_bytes));
  }
  return packed;
}

std::vector<double> read_energies(const archive::Archive& archive, const StoredEnsemble& ensemble) {
  auto energy = archive.read_all<double>(ensemble.group + "/energy");
  require_stored(archive, energy.size() == ensemble.temperature.size() * ensemble.n_configurations,
                 "energies and configurations do not go together", ensemble.group);
  const bool whole = ensemble.model && ensemble.model->field == 0.0; // rounding undoes the division
  for (double& e : energy) {
    e *= static_cast<double>(ensemble.n_sites);
    if (whole) e = std::round(e);
  }
  return energy;
}

} // namespace blockspin::stages
