// Monte Carlo renormalization on one core: what a measured configuration costs beside the sweeps that make it.

#include <fmt/format.h>

#include "blockspin/app/bench.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/ising/swendsen_wang.hpp"
#include "blockspin/rg/level_bins.hpp"
#include "plain_blocking.hpp"

namespace blockspin::app {

namespace {

rg::BlockingSetup blocking(std::uint64_t side) {
  rg::BlockingSetup setup{{side, side}};
  setup.n_levels = ising::most_levels(ising::RowLattice({side, side}), setup.factor, 4);
  setup.n_even = ising::even_operators(2).size();
  setup.n_odd = ising::odd_operators(2).size();
  return setup;
}

/// A lattice in equilibrium, and everything that a run measures of it.
class MeasuredLattice {
public:
  explicit MeasuredLattice(std::uint64_t side)
      : setup_(blocking(side)), spins_(ising::RowBlock::whole(lattice::Geometry({side, side}))),
        update_(spins_.block()), random_{rng::Generator(1, rng::StreamId::bench, 0), 0, 0},
        packed_(packed_bytes(side * side)), operators_(setup_, rng::Generator(1, rng::StreamId::bench, 1)),
        couplings_(setup_, 1 / temperature), moments_(setup_) {
    spins_.randomise(random_.generator, 0);
    for (int i = 0; i < 100; ++i) sweep();
    for (int i = 0; i < 8; ++i) measure();
    couplings_.learn(moments_.couplings);
  }
  void sweep() {
    ++random_.sweep;
    update_.sweep(spins_, temperature, random_, self_);
  }
  /// As a run does: blocks, operators of all levels, their products, and the couplings' sums.
  void measure() {
    std::fill(packed_.begin(), packed_.end(), std::uint8_t{0});
    spins_.pack(packed_);
    operators_.measure(packed_, number_);
    moments_.even.add(operators_.even());
    moments_.odd.add(operators_.odd());
    couplings_.add(operators_.blocks(), number_++, moments_.couplings);
  }
  /// Blocks and operators alone: what the plain program does.
  void operators() {
    std::fill(packed_.begin(), packed_.end(), std::uint8_t{0});
    spins_.pack(packed_);
    operators_.measure(packed_, number_++);
  }
  std::vector<std::int8_t> unpacked() {
    operators();
    std::vector<std::int8_t> all(spins_.block().geometry.n_sites());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = packed_[i / 8] >> (i % 8) & 1 ? 1 : -1;
    return all;
  }
  const rg::BlockingSetup& setup() const { return setup_; }

private:
  static constexpr double temperature = ising::exact::critical_temperature;
  rg::BlockingSetup setup_;
  mpi::Communicator self_ = mpi::Communicator::self();
  ising::RowSpins spins_;
  ising::SwendsenWang update_;
  ising::ClusterStream random_;
  std::vector<std::uint8_t> packed_;
  rg::LevelOperators operators_;
  rg::LevelCouplings couplings_;
  rg::LevelMoments moments_;
  std::uint64_t number_ = 0;
};

std::vector<Figure> renormalization(const mpi::Communicator& comm, std::uint64_t side) {
  MeasuredLattice ours(side);
  const rg::BlockingSetup& setup = ours.setup();
  std::vector<ising::Operator> operators = setup.even();
  for (const ising::Operator& op : setup.odd()) operators.push_back(op);
  PlainBlocking plain(side, setup.n_levels, operators);
  const std::vector<std::int8_t> spins = ours.unpacked();
  std::int64_t total = 0; // is looked at, so that nothing is optimised away
  const std::function<void()> rivals[] = {[&] { ours.sweep(); }, [&] { ours.measure(); },
                                          [&] { ours.operators(); }, [&] { total += plain.measure(spins); }};
  const InTurn times = measure_in_turn(comm, rivals);
  require(total != 0, "the plain program found no order at the critical temperature");
  const double nanoseconds = 1e9 / static_cast<double>(side * side);
  const auto cost = [&](int i) { return times.seconds[static_cast<std::size_t>(i)] * nanoseconds; };
  const std::string name = fmt::format("mcrg.{}.", side);
  return {{name + "swendsen_wang", cost(0), "ns/site", 0, ""},
          {name + "measured", cost(1), "ns/site", cost(1) / cost(0), "a Swendsen-Wang sweep"},
          {name + "blocks_and_operators", cost(2), "ns/site", cost(2) / cost(0), "a Swendsen-Wang sweep"},
          {name + "plain", cost(3), "ns/site", cost(3) / cost(2), "blocks_and_operators"}};
}

} // namespace

std::vector<Benchmark> mcrg_benchmarks() {
  std::vector<Benchmark> all;
  for (const std::uint64_t side : {64, 128, 1024})
    all.push_back(
        {fmt::format("mcrg.{}", side),
         "majority blocks, 13 even and 5 odd operators of all levels, beside a sweep and a scalar code",
         [side](const mpi::Communicator& comm) { return renormalization(comm, side); }});
  return all;
}

} // namespace blockspin::app
