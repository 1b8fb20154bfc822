#include "blockspin/rg/coupling_search.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "blockspin/base/packed.hpp"

namespace blockspin::rg {
namespace {

constexpr std::uint64_t rough_spins = 1 << 20; ///< of the configurations gone through at first
constexpr std::uint64_t most_passes = 40;
constexpr std::size_t bytes_at_once = std::size_t{1} << 20;
constexpr double longest_step = 0.25; ///< of a coupling: Newton's step may overshoot far from the maximum
/// Points beyond it are on their way to infinity, or to couplings that are not measured.
constexpr std::int32_t furthest_point = static_cast<std::int32_t>(2 * largest_coupling * coupling_unit);
constexpr std::size_t n_scalars = 4; ///< of CouplingEstimates

std::size_t n_numbers(const CouplingSetup& setup, std::size_t n_entries) {
  return 2 * setup.n_fitted() + 2 * (n_entries - setup.n_fitted()) + n_scalars;
}

} // namespace

CouplingSearch::CouplingSearch(const mpi::Communicator& comm, const CouplingSetup& setup,
                               std::size_t n_temperatures, Read read, SafePoint safe_point)
    : comm_(comm), setup_(setup), n_temperatures_(n_temperatures), read_(std::move(read)),
      safe_point_(std::move(safe_point)), sought_(setup, EnsembleSlopes::Entries::sought),
      all_(setup, EnsembleSlopes::Entries::all), point_(setup.n_fitted(), 0),
      found_({n_temperatures, n_numbers(setup, all_.n_entries())}) {}

std::uint64_t CouplingSearch::n_used() const {
  const std::uint64_t n_sites = ising::RowLattice(setup_.extents).n_sites();
  return phase_ == Phase::some ? std::min(setup_.n_configurations, groups_of(rough_spins, n_sites))
                               : setup_.n_configurations;
}

CouplingBins CouplingSearch::pass_through(EnsembleSlopes& slopes) {
  CouplingBins bins = empty_bins(setup_, slopes.n_entries());
  const mpi::Range mine = mpi::block_range(n_used(), comm_.rank(), comm_.size());
  const std::size_t n_bytes = packed_bytes(ising::RowLattice(setup_.extents).n_sites());
  const std::uint64_t at_once = std::max<std::uint64_t>(1, bytes_at_once / n_bytes);
  const std::uint64_t n_slabs = comm_.max<std::uint64_t>(groups_of(mine.size(), at_once));
  for (std::uint64_t slab = 0; slab < n_slabs; ++slab) {
    pass(safe_point_);
    const mpi::Range some{std::min(mine.first + slab * at_once, mine.last),
                          std::min(mine.first + (slab + 1) * at_once, mine.last)};
    const auto packed = read_(temperature_, some);
    for (std::uint64_t i = 0; i < some.size(); ++i)
      slopes.add(packed.row(i), point_, bin_of(bins, setup_, some.first + i));
  }
  sum_over_ranks(bins, comm_);
  return bins;
}

void CouplingSearch::advance() {
  if (phase_ == Phase::last) return finish(estimate_couplings(setup_, pass_through(all_), all_.largest()));
  const std::vector<double> couplings = likeliest(setup_, total_of(pass_through(sought_)));
  ++n_passes_;
  const bool goes_on = is_fixed(couplings);
  if (goes_on && move(couplings)) return;
  if (!goes_on) std::ranges::fill(point_, 0);
  if (n_used() < setup_.n_configurations) return begin(Phase::all);
  if (goes_on) return begin(Phase::last);
  finish(unknown_couplings(setup_, all_.n_entries() - setup_.n_fitted()));
}

/// Whether Newton's method is on its way to a maximum that can be measured.
bool CouplingSearch::is_fixed(const std::vector<double>& couplings) const {
  const auto is_near = [](std::int32_t k) { return std::abs(k) <= furthest_point; };
  return !couplings.empty() && n_passes_ < most_passes && std::ranges::all_of(point_, is_near);
}

void CouplingSearch::begin(Phase phase) {
  phase_ = phase;
  n_passes_ = 0;
}

/// Whether the point moved.
bool CouplingSearch::move(const std::vector<double>& couplings) {
  double longest = 0;
  for (std::size_t a = 0; a < point_.size(); ++a)
    longest = std::max(longest, std::abs(couplings[a] - static_cast<double>(point_[a]) / coupling_unit));
  // A little more than half a unit: a coupling midway between two points would go to and fro.
  if (longest * coupling_unit <= 0.51) return false;
  const double share = std::min(1.0, longest_step / longest);
  for (std::size_t a = 0; a < point_.size(); ++a) {
    const double at = static_cast<double>(point_[a]) / coupling_unit;
    point_[a] = static_cast<std::int32_t>(std::lround((at + share * (couplings[a] - at)) * coupling_unit));
  }
  return true;
}

void CouplingSearch::finish(const CouplingEstimates& e) {
  auto to = found_.row(temperature_).begin();
  for (const auto* numbers : {&e.mean, &e.error, &e.residual, &e.residual_error})
    to = std::copy(numbers->begin(), numbers->end(), to);
  for (const double number : {e.chi_squared, e.p_value, static_cast<double>(e.n_bins), e.tau_in_bins})
    *to++ = number;
  ++temperature_;
  std::ranges::fill(point_, 0);
  begin(Phase::some);
}

CouplingEstimates CouplingSearch::estimates(std::size_t temperature) const {
  CouplingEstimates e;
  const std::size_t n_tested = all_.n_entries() - setup_.n_fitted();
  auto from = found_.row(temperature).begin();
  const auto take = [&](std::vector<double>& numbers, std::size_t n) {
    numbers.assign(from, from + static_cast<std::ptrdiff_t>(n));
    from += static_cast<std::ptrdiff_t>(n);
  };
  take(e.mean, setup_.n_fitted());
  take(e.error, setup_.n_fitted());
  take(e.residual, n_tested);
  take(e.residual_error, n_tested);
  e.degrees_of_freedom = n_tested;
  e.chi_squared = *from++;
  e.p_value = *from++;
  e.n_bins = static_cast<std::size_t>(*from++);
  e.tau_in_bins = *from;
  return e;
}

std::string CouplingSearch::note() const { return "pass " + std::to_string(n_passes_ + 1); }

void CouplingSearch::save(StateSink& sink) const {
  sink.replicated("coupling_temperature", static_cast<std::uint64_t>(temperature_));
  sink.replicated("coupling_passes", n_passes_);
  sink.replicated("coupling_phase", static_cast<std::uint8_t>(phase_));
  sink.replicated("coupling_point", std::span<const std::int32_t>(point_));
  sink.replicated("coupling_found", std::span<const double>(found_.flat()));
}

void CouplingSearch::load(StateSource& source) {
  std::uint64_t temperature = 0;
  std::uint8_t phase = 0;
  source.replicated("coupling_temperature", temperature);
  source.replicated("coupling_passes", n_passes_);
  source.replicated("coupling_phase", phase);
  source.replicated("coupling_point", std::span(point_));
  source.replicated("coupling_found", found_.flat());
  temperature_ = static_cast<std::size_t>(temperature);
  phase_ = static_cast<Phase>(phase);
}

} // namespace blockspin::rg
