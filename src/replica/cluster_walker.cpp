#include "blockspin/replica/cluster_walker.hpp"

#include <cmath>
#include <memory>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/ising/swendsen_wang.hpp"
#include "blockspin/ising/wolff.hpp"
#include "blockspin/replica/relaxation.hpp"

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
  void turn_over() override { spins_.turn_over(); }
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

} // namespace

WalkerFactory cluster_walkers(const LadderSetup& setup, ClusterUpdate update) {
  if (setup.field != 0) throw Error(ErrorKind::setting, "cluster updates work without a field only");
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
  const LongestCorrelation longest = longest_correlation(setup);
  const std::string range = "spins are correlated over at most " + format_number(std::round(longest.sites)) +
                            " sites (T = " + format_number(longest.temperature) + ")";
  if (longest.sites > worthwhile) return {true, range + ", where local updates are slow: clusters"};
  return {false, range + ", where local updates are fastest"};
}

} // namespace blockspin::replica
