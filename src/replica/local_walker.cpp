#include "blockspin/replica/local_walker.hpp"

#include <memory>
#include <vector>

#include "blockspin/ising/half_rows.hpp"

namespace blockspin::replica {

namespace {

/// What all walkers of a group have in common.
struct Shared {
  Shared(const mpi::Communicator& group, const lattice::Domain& domain, const LadderSetup& setup)
      : geometry(group, domain), updates(setup.seed, rng::StreamId::sample_update, setup.instance) {
    for (const double t : setup.temperatures)
      rules.emplace_back(setup.update, t, setup.field, setup.geometry.n_neighbours());
  }
  ising::HalfRowGeometry geometry;
  rng::Generator updates;
  std::vector<ising::FlipRule> rules; ///< [temperature]
};

class LocalWalker : public Walker {
public:
  LocalWalker(std::shared_ptr<const Shared> shared, std::uint64_t number, const LadderSetup& setup,
              const rng::Generator& initial)
      : shared_(std::move(shared)), spins_(shared_->geometry, number) {
    const bool coin = (initial.word(number, 0) & 1) != 0;
    if (starts_ordered(setup, setup.temperatures[number % setup.temperatures.size()]))
      spins_.fill(coin);
    else
      spins_.randomise(initial);
  }

  void sweep(std::size_t temperature, std::uint64_t sweep) override {
    spins_.sweep(shared_->rules[temperature], shared_->updates, sweep);
  }
  void turn_over() override { spins_.turn_over(); }
  Reading count() override {
    const ising::BoxCounts counts = spins_.count();
    return {counts.antiparallel, counts.up};
  }
  void pack(std::span<std::uint8_t> out) const override { spins_.pack(out); }
  Slab slab() const override { return shared_->geometry.slab(); }
  void copy_to(std::span<std::uint64_t> natural, std::uint64_t first_row) const override {
    spins_.copy_to(natural, first_row);
  }
  void copy_from(std::span<const std::uint64_t> natural, std::uint64_t first_row) override {
    spins_.copy_from(natural, first_row);
  }

private:
  std::shared_ptr<const Shared> shared_;
  ising::HalfRows spins_;
};

} // namespace

WalkerFactory local_walkers(const LadderSetup& setup) {
  // The index work is done once, by the first walker of the group.
  auto shared = std::make_shared<std::shared_ptr<const Shared>>();
  return
      [setup, shared](const mpi::Communicator& group, const lattice::Domain& domain, std::uint64_t number) {
        if (*shared == nullptr) *shared = std::make_shared<const Shared>(group, domain, setup);
        const rng::Generator initial(setup.seed, rng::StreamId::sample_initial, setup.instance);
        return std::make_unique<LocalWalker>(*shared, number, setup, initial);
      };
}

} // namespace blockspin::replica
