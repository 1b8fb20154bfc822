#include "blockspin/rg/relevance.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/rg/layer_functions.hpp"

namespace blockspin::rg {
namespace {

constexpr std::uint64_t rank_at_once = 256; ///< configurations

std::vector<ising::Operator> both_lists(int n_dimensions) {
  std::vector<ising::Operator> all = ising::even_operators(n_dimensions);
  const auto& odd = ising::odd_operators(n_dimensions);
  all.insert(all.end(), odd.begin(), odd.end());
  return all;
}

/// Without the operators whose places differ: no coupling is one of their places.
NormalSetup asked_of(const std::vector<ising::Operator>& operators, const ising::RowLattice& lattice) {
  NormalSetup setup{ising::independent_operators(operators, lattice),
                    std::vector<double>(operators.size(), std::nan("")),
                    {}};
  for (std::size_t b = 0; b < operators.size(); ++b) {
    if (ising::places_differ(operators[b], lattice)) setup.independent[b] = false;
    setup.places.push_back(ising::places_per_product(operators[b], lattice));
  }
  return setup;
}

Array<double, 2> identity(std::size_t n) {
  Array<double, 2> one({n, n});
  for (std::size_t i = 0; i < n; ++i) one(i, i) = 1;
  return one;
}

Array<float, 2> unpacked(const Array<std::uint8_t, 2>& packed, std::uint64_t n_sites) {
  Array<float, 2> spins({packed.extent(0), static_cast<std::size_t>(n_sites)});
  for (std::size_t c = 0; c < packed.extent(0); ++c) unpack(packed.row(c), spins.row(c), -1.0F, 1.0F);
  return spins;
}

} // namespace

Relevance::Relevance(const mpi::Communicator& comm, const RelevanceSetup& setup,
                     const std::vector<std::vector<rbm::Machine>>& stacks, const rng::Generator& hidden,
                     Read read)
    : comm_(comm), setup_(setup), row_lattice_(setup.extents), read_(std::move(read)),
      even_(asked_of(ising::even_operators(row_lattice_.n_dimensions()), row_lattice_)),
      odd_(asked_of(ising::odd_operators(row_lattice_.n_dimensions()), row_lattice_)),
      operators_(row_lattice_, both_lists(row_lattice_.n_dimensions())), lattice_functions_(row_lattice_) {
  require(setup.n_configurations >= 8, "halves of fewer than four configurations have no errors");
  if (setup.is_critical) even_.exact = exact_normal();
  for (std::size_t k = 0; k < stacks.size(); ++k) {
    stacks_.emplace_back(stacks[k], setup.rule, hidden, k * stacks[k].size());
    turns_.push_back(turns_of(stacks[k]));
  }
  begin_task();
}

std::uint64_t Relevance::n_of(std::size_t task) const {
  return task % 2 == 1 ? ResponseBins::n_learnt(setup_.n_configurations) : setup_.n_configurations;
}

std::size_t Relevance::n_modes(std::size_t layer) const {
  return std::min(setup_.n_modes, stacks_.front().n_units(layer));
}

LayerShape Relevance::shape_of(std::size_t subject, std::size_t layer) const {
  if (subject == 0) return {1 + lattice_functions_.n_even(), lattice_functions_.n_odd(), 0, 0};
  const std::size_t n = n_modes(layer);
  return {n + 2, n + 1, n, n + 1};
}

void Relevance::begin_task() {
  next_ = 0;
  moments_.clear();
  bins_.reset();
  if (done()) return;
  if (learns()) {
    for (std::size_t layer = 0; layer < n_layers(); ++layer) moments_.emplace_back(stack().n_units(layer));
    return;
  }
  if (task_ > 0) functions_ = std::make_unique<LayerFunctions>(stack(), modes_);
  const ConfigurationFunctions& of = task_ == 0 ? lattice_functions_ : *functions_;
  bins_.emplace(setup_.n_configurations, setup_.n_ladders,
                Responses{ResponseSums(1 + of.n_even(), even_.independent.size()),
                          ResponseSums(of.n_odd(), odd_.independent.size())});
}

void Relevance::advance() {
  const std::uint64_t n =
      std::min(rank_at_once * static_cast<std::uint64_t>(comm_.size()), n_of(task_) - next_);
  const mpi::Range part = mpi::block_range(n, comm_.rank(), comm_.size());
  const mpi::Range mine{next_ + part.first, next_ + part.last};
  const Array<std::uint8_t, 2> packed = read_(mine);
  const Array<float, 2> spins = unpacked(packed, row_lattice_.n_sites());
  if (!learns()) {
    measure(packed, spins, mine.first);
  } else {
    const auto layers = stack().up(spins, mine.first);
    for (std::size_t layer = 0; layer < layers.size(); ++layer) moments_[layer].add(layers[layer]);
  }
  next_ += n;
  if (next_ == n_of(task_)) finish_task();
}

void Relevance::measure(const Array<std::uint8_t, 2>& packed, View<const float, 2> spins,
                        std::uint64_t first) {
  const ConfigurationFunctions& of = task_ == 0 ? lattice_functions_ : *functions_;
  const FunctionValues values = of.measure(spins, first);
  ising::RowBits bits(row_lattice_);
  std::vector<std::int64_t> sums(operators_.n_operators()), even(1 + of.n_even());
  const std::size_t n_even = even_.independent.size();
  for (std::size_t c = 0; c < spins.extent(0); ++c) {
    bits.unpack(packed.row(c));
    operators_.measure(bits, sums);
    even[0] = sums[0];
    std::ranges::copy(values.even.row(c), even.begin() + 1);
    Responses& bin = bins_->at(first + c);
    bin.even.add(even, std::span(sums).first(n_even));
    bin.odd.add(values.odd.row(c), std::span(sums).subspan(n_even));
  }
}

std::vector<LayerModes> Relevance::learnt_modes() const {
  std::vector<LayerModes> modes;
  for (std::size_t layer = 0; layer < n_layers(); ++layer)
    modes.push_back(modes_of(moments_[layer], turns_[(task_ - 1) / 2][layer], setup_.n_modes));
  return modes;
}

LayerRelevance Relevance::lattice_answers() const {
  const auto even = filled_bins(bins_->half(1), &Responses::even),
             odd = filled_bins(bins_->half(1), &Responses::odd);
  const LayerShape shape = shape_of(0, 0);
  return {estimate_normals(even, identity(shape.n_even), even_),
          estimate_normals(odd, identity(shape.n_odd), odd_),
          {},
          {}};
}

LayerRelevance Relevance::layer_answers(std::size_t layer) const {
  std::size_t first = 0; // of the layer's functions
  for (std::size_t below = 0; below < layer; ++below) first += 1 + n_modes(below);
  const std::size_t n = 1 + n_modes(layer), n_even = bins_->half(0).front().front().even.n_functions();
  const std::vector<double> best =
      least_leak(filled_bins(bins_->half(0), &Responses::even), 1 + first, 1 + first + n, even_);
  Array<double, 2> even({n + 1, n_even}), odd({n, n_even - 1});
  for (std::size_t i = 0; i < n; ++i) even(i, 1 + first + i) = odd(i, first + i) = 1;
  std::ranges::copy(best, even.row(n).begin());
  const auto from = best.begin() + static_cast<std::ptrdiff_t>(1 + first);
  return {estimate_normals(filled_bins(bins_->half(1), &Responses::even), even, even_),
          estimate_normals(filled_bins(bins_->half(1), &Responses::odd), odd, odd_), modes_[layer].variance,
          std::vector<double>(from, from + static_cast<std::ptrdiff_t>(n))};
}

void Relevance::finish_task() {
  if (learns()) {
    for (HiddenMoments& moments : moments_) moments.sum_over_ranks(comm_);
    modes_ = learnt_modes();
    // LAPACK may round otherwise on a node of another kind, and all ranks must measure the same functions.
    for (LayerModes& modes : modes_) {
      comm_.broadcast(modes.direction.flat());
      comm_.broadcast(std::span(modes.variance));
    }
  } else {
    bins_->sum_over_ranks(comm_);
    found_.emplace_back();
    if (task_ == 0)
      found_.back().push_back(lattice_answers());
    else
      for (std::size_t layer = 0; layer < n_layers(); ++layer) found_.back().push_back(layer_answers(layer));
    n_bins_ = static_cast<double>(filled_bins(bins_->half(1), &Responses::even).size());
    const double tau = longest_tau(bins_->half(1));
    tau_ = std::isnan(tau) ? tau : std::max(tau_, tau);
  }
  ++task_;
  begin_task();
}

double Relevance::work_done() const {
  double done = static_cast<double>(next_);
  for (std::size_t task = 0; task < task_; ++task) done += static_cast<double>(n_of(task));
  return done;
}

double Relevance::work_total() const {
  double total = 0;
  for (std::size_t task = 0; task < n_tasks(); ++task) total += static_cast<double>(n_of(task));
  return total;
}

std::string Relevance::note() const {
  if (task_ == 0) return "lattice";
  return std::string(learns() ? "moments" : "answers") + " of stack " + std::to_string((task_ + 1) / 2);
}

} // namespace blockspin::rg
