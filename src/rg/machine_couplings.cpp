#include "blockspin/rg/machine_couplings.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "blockspin/rg/unit_couplings.hpp"

namespace blockspin::rg {
namespace {

/// Units that each rank takes in a step: thousands of sites and many operators take tenths of a second each.
constexpr std::uint64_t units_a_step = 1;

/// A power of two that no sum of couplings of one product is above: each is at most the weight of one of its sites.
double bound_of(const SpinForm& form) {
  double most = 1;
  for (std::size_t i = 0; i < form.fields.size(); ++i) {
    double sum = std::abs(form.fields[i]);
    for (std::size_t j = 0; j < form.hidden.size(); ++j) sum += std::abs(form.weights(j, i));
    most = std::max(most, sum);
  }
  return std::exp2(std::ceil(std::log2(most)));
}

std::uint64_t site_of(const ising::Offset& offset, const ising::Offset& step,
                      const ising::RowLattice& lattice) {
  std::uint64_t site = 0;
  for (int axis = 0; axis < lattice.n_dimensions(); ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    site =
        site * lattice.extent(axis) + static_cast<std::uint64_t>(offset[a] + step[a]) % lattice.extent(axis);
  }
  return site;
}

/// The translation number `number`.
ising::Offset step_of(std::uint64_t number, const ising::RowLattice& lattice) {
  ising::Offset step{};
  for (int axis = lattice.n_dimensions() - 1; axis >= 0; --axis) {
    step[static_cast<std::size_t>(axis)] = static_cast<std::int64_t>(number % lattice.extent(axis));
    number /= lattice.extent(axis);
  }
  return step;
}

} // namespace

SpinForm::SpinForm(const rbm::Machine& machine)
    : fields(machine.visible_bias.begin(), machine.visible_bias.end()),
      hidden(machine.hidden_bias.begin(), machine.hidden_bias.end()),
      weights({machine.n_hidden(), machine.n_visible()}) {
  const bool is_binary = machine.units == rbm::Units::binary;
  // ln(1 + exp x) = x / 2 + ln 2cosh(x / 2) + const, and v = (1 + s) / 2.
  for (double& field : fields) field *= is_binary ? 0.5 : 1;
  for (std::size_t j = 0; j < hidden.size(); ++j) {
    if (is_binary) hidden[j] /= 2;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      weights(j, i) = machine.weights(i, j);
      if (!is_binary) continue;
      weights(j, i) /= 4;
      hidden[j] += weights(j, i);
      fields[i] += weights(j, i);
    }
  }
}

std::vector<std::vector<std::uint64_t>> placed_products(const ising::Operator& op,
                                                        const ising::RowLattice& lattice) {
  std::set<std::vector<std::uint64_t>> all;
  for (const ising::ProductClass& product : ising::product_classes(op, lattice))
    for (std::uint64_t number = 0; number < lattice.n_sites(); ++number) {
      const ising::Offset step = step_of(number, lattice);
      std::vector<std::uint64_t> sites;
      for (const ising::Offset& offset : product.sites) sites.push_back(site_of(offset, step, lattice));
      std::sort(sites.begin(), sites.end());
      all.insert(std::move(sites));
    }
  return {all.begin(), all.end()};
}

MachineCouplings::MachineCouplings(const mpi::Communicator& comm, const rbm::Machine& machine,
                                   const std::vector<std::uint64_t>& extents,
                                   const std::vector<ising::Operator>& operators, SafePoint safe_point)
    : comm_(comm), form_(machine), safe_point_(std::move(safe_point)), quantum_(bound_of(form_) * 0x1p-62) {
  std::size_t n_products = 0;
  for (const ising::Operator& op : operators) {
    products_.push_back(placed_products(op, ising::RowLattice(extents)));
    n_products += products_.back().size();
  }
  sums_.assign(n_products, 0);
}

void MachineCouplings::add_unit(std::size_t unit) {
  const UnitCouplings couplings(form_.hidden[unit], form_.weights.row(unit));
  auto sum = sums_.begin();
  for (const auto& of_operator : products_)
    for (const auto& sites : of_operator) *sum++ += std::llround(couplings.coupling(sites) / quantum_);
}

void MachineCouplings::advance() {
  const auto n_ranks = static_cast<std::uint64_t>(comm_.size()),
             rank = static_cast<std::uint64_t>(comm_.rank());
  const std::uint64_t end = std::min<std::uint64_t>(next_ + units_a_step * n_ranks, form_.hidden.size());
  for (std::uint64_t unit = next_ + rank; unit < end; unit += n_ranks) add_unit(unit);
  next_ = end;
  pass(safe_point_);
}

std::vector<std::int64_t> MachineCouplings::total() const {
  std::vector<std::int64_t> all = sums_;
  comm_.sum(std::span(all));
  return all;
}

void MachineCouplings::save(StateSink& sink) const {
  const std::vector<std::int64_t> all = total();
  sink.replicated("machine_couplings_next", next_);
  sink.replicated("machine_couplings", std::span<const std::int64_t>(all));
}

void MachineCouplings::load(StateSource& source) {
  source.replicated("machine_couplings_next", next_);
  source.replicated("machine_couplings", std::span(sums_));
  if (!comm_.is_root()) std::ranges::fill(sums_, 0); // they are in the root's from now on
}

std::vector<PlacedCoupling> MachineCouplings::couplings() const {
  const std::vector<std::int64_t> all = total();
  std::vector<PlacedCoupling> found;
  auto sum = all.begin();
  for (const auto& of_operator : products_) {
    std::vector<double> values;
    PlacedCoupling coupling;
    for (const auto& sites : of_operator) {
      values.push_back(static_cast<double>(*sum++) * quantum_ +
                       (sites.size() == 1 ? form_.fields[sites[0]] : 0));
      coupling.mean += values.back() / static_cast<double>(of_operator.size());
    }
    double square = 0;
    for (const double value : values) square += (value - coupling.mean) * (value - coupling.mean);
    coupling.spread = std::sqrt(square / static_cast<double>(values.size()));
    coupling.error = coupling.spread / std::sqrt(static_cast<double>(values.size()));
    found.push_back(coupling);
  }
  return found;
}

} // namespace blockspin::rg
