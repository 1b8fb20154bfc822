#include "blockspin/rg/coupling_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "blockspin/base/packed.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"
#include "blockspin/petsc/dense.hpp"
#include "blockspin/replica/cluster_walker.hpp"
#include "blockspin/replica/lane_ladders.hpp"
#include "blockspin/replica/lattice_ladders.hpp"
#include "blockspin/replica/sampling.hpp"
#include "blockspin/stats/hypothesis.hpp"
#include "support/memory_state.hpp"
#include "support/world.hpp"

namespace blockspin::rg {
namespace {

/// [temperature][configuration, byte].
using Stored = std::vector<Array<std::uint8_t, 2>>;

CouplingSearch::Read reader(const Stored& stored) {
  return [&stored](std::size_t t, mpi::Range mine) {
    Array<std::uint8_t, 2> part({mine.size(), stored[t].extent(1)});
    for (std::uint64_t i = 0; i < mine.size(); ++i)
      std::ranges::copy(stored[t].row(mine.first + i), part.row(i).begin());
    return part;
  };
}

std::vector<CouplingEstimates> search(const mpi::Communicator& comm, const CouplingSetup& setup,
                                      const Stored& stored, std::uint64_t stop_after = 1000000) {
  SavedState state;
  for (bool loads = false;; loads = true) {
    CouplingSearch steps(comm, setup, stored.size(), reader(stored), {});
    if (loads) {
      MemorySource source(state);
      steps.load(source);
    }
    for (std::uint64_t step = 0; step < stop_after && !steps.done(); ++step) steps.advance();
    if (steps.done()) {
      std::vector<CouplingEstimates> all;
      for (std::size_t t = 0; t < stored.size(); ++t) all.push_back(steps.estimates(t));
      return all;
    }
    MemorySink sink(comm);
    steps.save(sink);
    state = sink.state();
  }
}

std::vector<double> numbers(const std::vector<CouplingEstimates>& all) {
  std::vector<double> flat;
  for (const CouplingEstimates& e : all) {
    for (const auto* some : {&e.mean, &e.error, &e.residual, &e.residual_error})
      flat.insert(flat.end(), some->begin(), some->end());
    flat.insert(flat.end(), {e.chi_squared, e.p_value, static_cast<double>(e.n_bins), e.tau_in_bins});
  }
  return flat;
}

/// Configurations of spins that tend to be up, and like their neighbours; no equilibrium of any couplings sought.
Stored made_up(const std::vector<std::uint64_t>& extents, std::uint64_t n, double order, std::uint64_t seed) {
  const rng::Generator random(seed, rng::StreamId::test, rng::instance_number("coupling_search"));
  const std::uint64_t n_sites = ising::RowLattice(extents).n_sites();
  Array<std::uint8_t, 2> packed({n, packed_bytes(n_sites)});
  for (std::uint64_t c = 0; c < n; ++c) {
    bool up = true;
    for (std::uint64_t site = 0; site < n_sites; ++site) {
      const double u = static_cast<double>(random.word(c, site) >> 11) * 0x1p-53;
      up = u < order ? up : u < order + 0.55 * (1 - order);
      if (up) packed.row(c)[site / 8] |= static_cast<std::uint8_t>(1U << site % 8);
    }
  }
  Stored stored;
  stored.push_back(std::move(packed));
  return stored;
}

/// The same by hand, spin by spin in double precision.
class ByHand {
public:
  ByHand(const CouplingSetup& setup, const Array<std::uint8_t, 2>& packed)
      : setup_(setup), lattice_(setup.extents), operators_(setup) {
    for (const ising::Operator& op : operators_.all) products_.push_back(products(op));
    for (std::uint64_t c = 0; c < setup.n_configurations; ++c) add(c, packed.row(c));
    fit();
  }
  std::vector<double> couplings;

  /// Sums of x_a (1 - tanh u) of a configuration, [entry].
  std::vector<double> slopes(std::uint64_t c) const {
    std::vector<double> sums(n_entries(), 0.0);
    each_spin(c, [&](const std::vector<double>& x, double t) {
      for (std::size_t a = 0; a < sums.size(); ++a) sums[a] += x[a] * (1 - t);
    });
    return sums;
  }
  std::vector<double> information() const {
    std::vector<double> sums(n_entries() * n_entries(), 0.0);
    for (std::uint64_t c = 0; c < setup_.n_configurations; ++c)
      each_spin(c, [&](const std::vector<double>& x, double t) {
        for (std::size_t i = 0; i < sums.size(); ++i)
          sums[i] += x[i / n_entries()] * x[i % n_entries()] * (1 - t * t);
      });
    return sums;
  }
  std::size_t n_entries() const { return operators_.all.size() + 1; }
  double norm(std::size_t entry) const {
    const auto n_sites = static_cast<double>(lattice_.n_sites());
    const double holding =
        entry + 1 == n_entries()
            ? n_sites - 1
            : static_cast<double>(products_[entry].size() * operators_.all[entry].sites.size()) / n_sites;
    return static_cast<double>(setup_.n_configurations) * n_sites * holding;
  }

private:
  using Sites = std::set<std::uint64_t>;

  std::set<Sites> products(const ising::Operator& op) const {
    std::set<Sites> all;
    for (const auto& product : ising::product_classes(op, lattice_))
      for (std::uint64_t step = 0; step < lattice_.n_sites(); ++step) {
        Sites sites;
        for (const ising::Offset& offset : product.sites) {
          const std::uint64_t columns = lattice_.extent(1);
          const std::uint64_t y =
              (static_cast<std::uint64_t>(offset[0]) + step / columns) % lattice_.extent(0);
          sites.insert(y * columns + (static_cast<std::uint64_t>(offset[1]) + step % columns) % columns);
        }
        all.insert(sites);
      }
    return all;
  }
  void add(std::uint64_t c, std::span<const std::uint8_t> packed) {
    std::vector<int> spins;
    int m = 0;
    for (std::uint64_t i = 0; i < lattice_.n_sites(); ++i) {
      spins.push_back((packed[i / 8] >> i % 8 & 1) != 0 ? 1 : -1);
      m += spins.back();
    }
    for (std::uint64_t i = 0; i < spins.size(); ++i) {
      std::vector<double> x(n_entries(), 0.0);
      for (std::size_t a = 0; a + 1 < x.size(); ++a)
        for (const Sites& sites : products_[a]) {
          if (!sites.contains(i)) continue;
          int product = 1;
          for (const std::uint64_t site : sites) product *= spins[site];
          x[a] += product;
        }
      x.back() = spins[i] * (m - spins[i]);
      x_.push_back(x);
    }
    EXPECT_EQ(x_.size(), (c + 1) * spins.size());
  }
  template <class Use>
  void each_spin(std::uint64_t c, Use&& use) const {
    for (std::uint64_t i = 0; i < lattice_.n_sites(); ++i) {
      const std::vector<double>& x = x_[c * lattice_.n_sites() + i];
      double u = 0;
      for (std::size_t a = 0; a < couplings.size(); ++a) u += couplings[a] * x[a];
      use(x, std::tanh(u));
    }
  }
  void fit() {
    couplings.assign(setup_.n_fitted(), 0.0);
    for (int step = 0; step < 30; ++step) {
      const std::size_t n = couplings.size();
      Array<double, 2> j({n, n}), g({n, 1});
      const auto all = information();
      for (std::size_t i = 0; i < n * n; ++i) j(i / n, i % n) = all[i / n * n_entries() + i % n];
      for (std::uint64_t c = 0; c < setup_.n_configurations; ++c)
        for (std::size_t a = 0; a < n; ++a) g(a, 0) += slopes(c)[a];
      const auto move = petsc::solve_positive(j, g);
      for (std::size_t a = 0; a < n; ++a) couplings[a] += (*move)(a, 0);
    }
  }

  CouplingSetup setup_;
  ising::RowLattice lattice_;
  CouplingOperators operators_;
  std::vector<std::set<Sites>> products_;
  std::vector<std::vector<double>> x_;
};

/// J^-1 applied to a vector of the couplings sought.
std::vector<double> solved(const std::vector<double>& information, std::size_t n_entries, std::size_t n,
                           const std::vector<double>& right) {
  Array<double, 2> j({n, n}), g({n, 1});
  for (std::size_t i = 0; i < n * n; ++i) j(i / n, i % n) = information[i / n * n_entries + i % n];
  for (std::size_t a = 0; a < n; ++a) g(a, 0) = right[a];
  const auto x = petsc::solve_positive(j, g);
  return {x->flat().begin(), x->flat().end()};
}

/// Configurations that Swendsen-Wang keeps of 8 ladders at temperature t.
Array<std::uint8_t, 2> sampled(const std::vector<std::uint64_t>& extents, double t, std::uint64_t n,
                               std::uint64_t seed) {
  replica::LadderSetup setup{lattice::Geometry(extents), 0.0, {t}};
  setup.n_ladders = 8;
  setup.exchange = false;
  setup.seed = seed;
  setup.instance = rng::instance_number("coupling_search");
  const mpi::Communicator self = mpi::Communicator::self();
  replica::LatticeLadders ensemble(
      self, setup, replica::plan_ranks(setup.geometry, 8, 1, replica::DomainRequest{{std::uint64_t{1}}}),
      replica::cluster_walkers(setup, replica::ClusterUpdate::swendsen_wang));
  replica::Sampling sampling(self, ensemble, setup, {n, 60, 3});
  while (!sampling.done()) sampling.advance();
  const auto kept = sampling.kept().collect(self, 0, n);
  Array<std::uint8_t, 2> packed({n, packed_bytes(setup.geometry.n_sites())});
  std::ranges::copy(kept.packed, packed.flat().begin());
  return packed;
}

/// Configurations that a single Metropolis chain keeps after every sweep, each `times` times. `tau`: adds the integrated
/// autocorrelation time of their energy, in sweeps.
Array<std::uint8_t, 2> of_one_chain(const CouplingSetup& about, double t, std::uint64_t seed,
                                    std::uint64_t times, double& tau) {
  replica::LadderSetup setup{lattice::Geometry(about.extents), 0.0, {t}};
  setup.exchange = false;
  setup.seed = seed;
  setup.instance = rng::instance_number("coupling_search");
  const mpi::Communicator self = mpi::Communicator::self();
  replica::LaneLadders ensemble(self, setup);
  const std::uint64_t n = about.n_configurations / times, n_bytes = packed_bytes(setup.geometry.n_sites());
  replica::Sampling sampling(self, ensemble, setup, {n, 200, 1});
  while (!sampling.done()) sampling.advance();
  tau += sampling.observables()[0][ising::Observable::energy].tau;
  const auto kept = sampling.kept().collect(self, 0, n);
  Array<std::uint8_t, 2> packed({about.n_configurations, n_bytes});
  for (std::uint64_t c = 0; c < about.n_configurations; ++c)
    std::ranges::copy(std::span(kept.packed).subspan(c / times * n_bytes, n_bytes), packed.row(c).begin());
  return packed;
}

/// Of many seeds: what a test of the estimates looks at.
struct Pulls {
  std::array<std::vector<double>, 3> coupling;
  std::vector<double> p_value;
  double worst() const {
    double least = stats::kolmogorov_smirnov(p_value, [](double p) { return p; }).p_value;
    for (const auto& pulls : coupling) least = std::min(least, stats::normal_pulls(pulls).p_value);
    return least;
  }
};
/// `damage` changes a configuration.
Pulls pulls_of_seeds(double t, const std::function<void(std::span<std::uint8_t>, std::uint64_t)>& damage) {
  Pulls pulls;
  const CouplingSetup setup{{32, 32}, 3, 0, 512, 8};
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Stored stored;
    stored.push_back(sampled(setup.extents, t, setup.n_configurations, seed));
    for (std::uint64_t c = 0; damage && c < setup.n_configurations; ++c) damage(stored[0].row(c), c);
    const CouplingEstimates found = search(mpi::Communicator::self(), setup, stored).front();
    for (std::size_t a = 0; a < 3; ++a)
      pulls.coupling[a].push_back((found.mean[a] - (a == 0 ? 1 / t : 0.0)) / found.error[a]);
    pulls.p_value.push_back(found.p_value);
  }
  return pulls;
}

} // namespace

// Couplings, errors, residuals and chi-square, each worked out spin by spin. The tables' rounding and what is
// neglected about the point is below 1e-5; J, and so the errors, are those at the point.
TEST(CouplingSearch, IsNewtonsMethodSpinBySpin) {
  if (test_world().size() > 1) GTEST_SKIP() << "every rank would do the same";
  const CouplingSetup setup{{5, 6}, 3, 2, 300, 150}; // two configurations a bin's ladder and more
  const Stored stored = made_up(setup.extents, setup.n_configurations, 0.5, 7);
  const CouplingEstimates found = search(mpi::Communicator::self(), setup, stored).front();
  const ByHand hand(setup, stored.front());
  const std::size_t n = setup.n_fitted(), n_entries = hand.n_entries();
  const auto information = hand.information();
  ASSERT_EQ(found.mean.size(), 5U);
  ASSERT_EQ(found.residual.size(), n_entries - n);
  for (std::size_t a = 0; a < n; ++a) EXPECT_NEAR(found.mean[a], hand.couplings[a], 1e-5) << a;
  // Bins: ladder l is of group l % 64, which has its two configurations a ladder in a bin each.
  CouplingBins bins = empty_bins(setup, n_entries);
  std::vector<std::vector<double>> slopes(128, std::vector<double>(n_entries, 0.0));
  for (std::uint64_t c = 0; c < setup.n_configurations; ++c) {
    const auto one = hand.slopes(c);
    for (std::size_t e = 0; e < n_entries; ++e) slopes[c % 150 % 64 * 2 + c / 150][e] += one[e];
  }
  ASSERT_EQ(found.n_bins, 128U);
  std::vector<double> variance(n, 0.0), residual(n_entries - n, 0.0);
  for (const auto& bin : slopes) {
    const auto answer = solved(information, n_entries, n, bin);
    for (std::size_t a = 0; a < n; ++a) variance[a] += answer[a] * answer[a] * 128 / 127;
    for (std::size_t c = 0; c < residual.size(); ++c) residual[c] += bin[n + c] / hand.norm(n + c);
  }
  for (std::size_t a = 0; a < n; ++a) EXPECT_NEAR(found.error[a] / std::sqrt(variance[a]), 1, 1e-2) << a;
  for (std::size_t c = 0; c < residual.size(); ++c) EXPECT_NEAR(found.residual[c], residual[c], 1e-5) << c;
  EXPECT_GT(found.chi_squared, 0);
}

// Couplings of Swendsen-Wang configurations are K, 0 and 0, and the residuals are those of a true model: four
// tests for each temperature. False alarm: 8 times 1e-7.
TEST(CouplingSearch, FindsTheCouplingOfSampledConfigurationsWithErrors) {
  if (test_world().size() > 1) GTEST_SKIP() << "every rank would do the same";
  for (const double t : {2.6, ising::exact::critical_temperature})
    EXPECT_GT(pulls_of_seeds(t, {}).worst(), 1e-7) << t;
}

namespace {

/// Pulls of single chains that keep each configuration `times` times; `n_ladders`: how many chains they are taken for.
struct ChainPulls {
  double chance = 1;   ///< the least of the three couplings'
  double mean_tau = 0; ///< of the energy, in sweeps
  int n_told = 0;      ///< chains whose tau_in_bins is above 1, where the program warns
};
ChainPulls pulls_of_chains(std::uint64_t times, std::uint64_t n_ladders) {
  constexpr double t = 2.6, n_seeds = 30;
  const CouplingSetup setup{{16, 16}, 3, 0, 2048, n_ladders};
  std::array<std::vector<double>, 3> pulls;
  ChainPulls found;
  for (std::uint64_t seed = 1; seed <= n_seeds; ++seed) {
    Stored stored;
    stored.push_back(of_one_chain(setup, t, seed, times, found.mean_tau));
    const CouplingEstimates estimates = search(mpi::Communicator::self(), setup, stored).front();
    for (std::size_t a = 0; a < 3; ++a)
      pulls[a].push_back((estimates.mean[a] - (a == 0 ? 1 / t : 0.0)) / estimates.error[a]);
    found.n_told += estimates.tau_in_bins > 1 ? 1 : 0;
  }
  found.mean_tau /= n_seeds;
  for (const auto& some : pulls) found.chance = std::min(found.chance, stats::normal_pulls(some).p_value);
  return found;
}

} // namespace

// One Metropolis chain, after every sweep; and each of its configurations four times, so that the slopes, which forget
// faster than the energy does, have a tau of 2 at least. Six chi-square of thirty pulls: false alarm 6e-7.
TEST(CouplingSearch, ErrorsOfOneCorrelatedChainHoldItsCorrelation) {
  if (test_world().size() > 1) GTEST_SKIP() << "every rank would do the same";
  for (const std::uint64_t times : {1, 4}) {
    const ChainPulls found = pulls_of_chains(times, 1);
    EXPECT_GT(found.mean_tau, 1);
    EXPECT_GT(found.chance, 1e-7) << times;
  }
}

// The twin: a chain that is slower than its bins. Each configuration stands in four of the 128 bins one after another, so
// that errors are too small by half. tau_in_bins tells it, of 29 of these thirty.
TEST(CouplingSearch, TheTestSeesAChainSlowerThanItsBinsAndTauTellsOfIt) {
  if (test_world().size() > 1) GTEST_SKIP() << "every rank would do the same";
  const ChainPulls found = pulls_of_chains(64, 1);
  EXPECT_LT(found.chance, 1e-7);
  EXPECT_GT(found.n_told, 20);
}

// Another twin: taken for so many chains, neighbours in time stand in different bins.
TEST(CouplingSearch, TheTestSeesCorrelatedConfigurationsTakenForIndependentOnes) {
  if (test_world().size() > 1) GTEST_SKIP() << "every rank would do the same";
  EXPECT_LT(pulls_of_chains(4, 2048).chance, 1e-7);
}

// 32 spins of 1024 are turned in every configuration.
TEST(CouplingSearch, TheTestSeesTurnedSpins) {
  if (test_world().size() > 1) GTEST_SKIP() << "every rank would do the same";
  const auto damage = [](std::span<std::uint8_t> packed, std::uint64_t) {
    for (std::uint8_t& byte : packed.first(16)) byte ^= 0x11;
  };
  EXPECT_LT(pulls_of_seeds(2.6, damage).worst(), 1e-7);
}

TEST(CouplingSearch, IsTheSameOnAnyNumberOfRanksAndAfterStops) {
  const CouplingSetup setup{{12, 70}, 4, 1, 1500, 3};
  Stored stored = made_up(setup.extents, setup.n_configurations, 0.3, 1);
  stored.push_back(std::move(made_up(setup.extents, setup.n_configurations, 0.6, 2).front()));
  const auto alone = numbers(search(mpi::Communicator::self(), setup, stored));
  EXPECT_EQ(numbers(search(test_world(), setup, stored)), alone);
  EXPECT_EQ(numbers(search(test_world(), setup, stored, 1)), alone);
  stored[1].row(1499)[3] ^= 4; // the comparison can tell
  EXPECT_NE(numbers(search(test_world(), setup, stored)), alone);
}

TEST(CouplingSearch, AreUnknownWhereSpinsAreFrozen) {
  const CouplingSetup setup{{6, 6}, 3, 0, 100, 1};
  const CouplingEstimates found = search(test_world(), setup, made_up(setup.extents, 100, 1.0, 1)).front();
  for (const double x : numbers({found})) EXPECT_TRUE(std::isnan(x) || x == 0) << x;
  EXPECT_EQ(found.mean.size(), 3U);
}

TEST(CouplingSearch, InOneAndThreeDimensions) {
  for (const auto& [extents, n_even, n_odd] :
       {std::tuple{std::vector<std::uint64_t>{60}, 4U, 2U}, {{4, 6, 6}, 4U, 3U}}) {
    const CouplingSetup setup{extents, n_even, n_odd, 4000, 1};
    const CouplingEstimates found = search(test_world(), setup, made_up(extents, 4000, 0.0, 3)).front();
    // Independent spins, up with probability 0.55: their field is (1/2) ln(0.55 / 0.45); five sigma each.
    for (std::size_t a = 0; a < setup.n_fitted(); ++a)
      EXPECT_LT(std::abs(found.mean[a] - (a == n_even ? 0.5 * std::log(0.55 / 0.45) : 0)), 5 * found.error[a])
          << a;
    EXPECT_GT(found.p_value, 1e-6);
  }
}

} // namespace blockspin::rg
