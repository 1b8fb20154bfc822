#include "blockspin/replica/cluster_walker.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/ising/swendsen_wang.hpp"
#include "blockspin/ising/wolff.hpp"

namespace blockspin::replica {

namespace {

/// What all walkers of a group have in common: above all the workspace of the updates.
struct Shared {
  Shared(const mpi::Communicator& whose, const lattice::Domain& domain, const LadderSetup& setup,
         ClusterUpdate which)
      : group(whose), block(ising::RowBlock::of(domain)), temperatures(setup.temperatures),
        generator(setup.seed, rng::StreamId::sample_cluster, setup.instance) {
    if (which == ClusterUpdate::wolff)
      wolff = std::make_unique<ising::Wolff>(block);
    else
      swendsen_wang = std::make_unique<ising::SwendsenWang>(block);
    for (const double t : temperatures) shares.push_back(ising::expected_cluster_share(block.geometry, t));
  }
  const mpi::Communicator& group;
  ising::RowBlock block;
  std::vector<double> temperatures;
  std::vector<double> shares; ///< [temperature]: of the lattice in one cluster
  rng::Generator generator;
  std::unique_ptr<ising::SwendsenWang> swendsen_wang;
  std::unique_ptr<ising::Wolff> wolff;
};

class ClusterWalker : public Walker {
public:
  ClusterWalker(std::shared_ptr<Shared> shared, std::uint64_t number, const rng::Generator& initial)
      : shared_(std::move(shared)), number_(number), spins_(shared_->block) {
    spins_.randomise(initial, number);
  }

  void sweep(std::size_t temperature, std::uint64_t sweep) override {
    const double t = shared_->temperatures[temperature];
    const ising::ClusterStream random{shared_->generator, number_, sweep};
    if (shared_->wolff)
      shared_->wolff->update(spins_, t, ising::clusters_in_sweep(shared_->shares[temperature], sweep),
                             random);
    else
      shared_->swendsen_wang->sweep(spins_, t, random, shared_->group);
  }
  Reading count() override {
    const ising::BoxCounts counts = spins_.count(shared_->group);
    return {counts.antiparallel, counts.up};
  }
  void pack(std::span<std::uint8_t> out) const override { spins_.pack(out); }
  Slab slab() const override { return shared_->block.slab(); }
  void copy_to(std::span<std::uint64_t> natural, std::uint64_t first_row) const override {
    const auto rows = spins_.words().subspan(first_row * shared_->block.words_per_row(), natural.size());
    std::copy(rows.begin(), rows.end(), natural.begin());
  }
  void copy_from(std::span<const std::uint64_t> natural, std::uint64_t first_row) override {
    std::copy(natural.begin(), natural.end(),
              spins_.words().subspan(first_row * shared_->block.words_per_row()).begin());
  }

private:
  std::shared_ptr<Shared> shared_;
  std::uint64_t number_;
  ising::RowSpins spins_;
};

double correlation_length(int n_dimensions, double temperature) {
  const double k = 1 / temperature;
  const double ln_tanh = std::log1p(-2 / (std::exp(2 * k) + 1)); // ln tanh k, not rounded to 0
  if (n_dimensions == 1) return -1 / ln_tanh;
  if (n_dimensions == 2) {
    const double gap = 2 * k + ln_tanh; // 0 at T_c; below it the gap counts twice
    return 1 / (gap > 0 ? 2 * gap : std::abs(gap));
  }
  return 0.5 * std::pow(std::abs(1 - ising::exact::cubic_critical_temperature / temperature), -0.63);
}

} // namespace

WalkerFactory cluster_walkers(const LadderSetup& setup, ClusterUpdate update) {
  if (setup.field != 0)
    throw Error(ErrorKind::deck,
                "cluster updates (wolff, swendsen_wang) know no field; metropolis or heat_bath do");
  auto shared = std::make_shared<std::shared_ptr<Shared>>(); // made by the first walker of the group
  return [setup, update, shared](const mpi::Communicator& group, const lattice::Domain& domain,
                                 std::uint64_t number) {
    if (*shared == nullptr) *shared = std::make_shared<Shared>(group, domain, setup, update);
    const rng::Generator initial(setup.seed, rng::StreamId::sample_initial, setup.instance);
    return std::make_unique<ClusterWalker>(*shared, number, initial);
  };
}

ClusterAdvice advise_clusters(const LadderSetup& setup) {
  if (setup.field != 0) return {false, "local: cluster updates know no field"};
  constexpr double worthwhile = 32;
  const auto& extents = setup.geometry.extents();
  const double shortest = static_cast<double>(*std::min_element(extents.begin(), extents.end()));
  double longest = 0, where = 0;
  for (const double t : setup.temperatures) {
    const double xi = correlation_length(setup.geometry.n_dimensions(), t);
    const double limited = std::isnan(xi) ? shortest : std::min(xi, shortest);
    if (limited <= longest) continue;
    longest = limited;
    where = t;
  }
  const std::string range = "spins are correlated over at most " + format_number(std::round(longest)) +
                            " sites (T = " + format_number(where) + ")";
  if (longest > worthwhile) return {true, range + ", where local updates are slow: clusters"};
  return {false, range + ", where local updates are fastest"};
}

} // namespace blockspin::replica
