// What `check` says a stage will cost, beside what it holds and does.

#include <gtest/gtest.h>

#include "blockspin/campaign/read_plan.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/stages/likelihood.hpp"
#include "blockspin/stages/rbm.hpp"
#include "blockspin/stages/relevance.hpp"
#include "blockspin/stages/sample.hpp"
#include "blockspin/train/chains.hpp"

namespace blockspin::stages {
namespace {

campaign::Estimate estimate_of(const std::string& group, const std::string& sections, int n_ranks = 1) {
  deck::Problems problems;
  const auto document = deck::parse("d.ini",
                                    "[campaign]\narchive = a.h5\nseed = 1\n[model]\nlattice = 64x64\n"
                                    "[sample]\ntemperatures = 2, 3\nconfigurations = 500\n" +
                                        sections,
                                    problems);
  using campaign::kind_of;
  const std::vector<campaign::Kind> kinds{kind_of<SampleStage>(), kind_of<RbmStage>(),
                                          kind_of<LikelihoodStage>(), kind_of<RelevanceStage>()};
  const campaign::Plan plan = campaign::read_plan(document, kinds, n_ranks, problems);
  problems.throw_if_any();
  return plan.find(group)->estimate(plan, n_ranks);
}

campaign::Estimate training(const std::string& keys, int n_ranks = 1) {
  return estimate_of("/rbm/main", "[rbm]\nhidden = 100\nbatch = 200\nepochs = 1\n" + keys, n_ranks);
}

TEST(TrainingsEstimate, HoldsEveryReplicaOfEveryChain) {
  train::Settings settings;
  settings.algorithm = train::Algorithm::pt;
  settings.n_hidden = 100;
  settings.batch = 200;
  settings.tempering_replicas = 20;
  const train::Chains chains(mpi::Communicator::self(), settings, 64 * 64);
  const double bytes = 4.0 * static_cast<double>(chains.visible().size() * chains.betas().size());
  const double without = training("").memory_per_rank;
  const double with = training("algorithm = pt\ntempering_replicas = 20\n").memory_per_rank;
  EXPECT_GT(with, without + bytes);
  EXPECT_LT(with, without + 1.1 * bytes);
  EXPECT_LT(training("algorithm = pt\ntempering_replicas = 20\n", 2).memory_per_rank, 0.65 * with);
  EXPECT_GT(training("algorithm = pcd\n").memory_per_rank, without + bytes / 20);
}

// Two products a replica and step, one more to decide on exchanges, beside five of one step from the data.
TEST(TrainingsEstimate, CountsTheWorkOfEveryReplica) {
  const double from_data = training("").seconds;
  EXPECT_NEAR(training("algorithm = pt\ntempering_replicas = 20\n").seconds / from_data, 64.0 / 5.0, 1.0);
  EXPECT_NEAR(training("algorithm = pcd\ngibbs_steps = 10\n").seconds / from_data, 24.0 / 5.0, 0.5);
}

// exp(-F) of 1000 configurations counts beside ln Z, which so few units make cheap; none is drawn.
TEST(LikelihoodsEstimate, CountsTheSample) {
  const auto seconds = [](int n_hidden) {
    return estimate_of("/likelihood/main", "[rbm]\nheld_out = 0.5\nhidden = " + std::to_string(n_hidden) +
                                               "\n[likelihood]\nrbm = main\n")
        .seconds;
  };
  EXPECT_GT(seconds(2), 1000 * 4096 * 2 * 5e-10);
  EXPECT_NEAR(seconds(4) / seconds(2), 2.0, 0.1);
}

TEST(LikelihoodsEstimate, OfAutoIsThatOfTheMethodItBecomes) {
  const auto unit = [](int n_hidden) {
    return estimate_of("/likelihood/main", "[rbm]\nhidden = " + std::to_string(n_hidden) +
                                               "\n[likelihood]\nrbm = main\nmethod = auto\n")
        .work_unit;
  };
  EXPECT_EQ(unit(24), "states");
  EXPECT_EQ(unit(25), "Gibbs steps");
}

// What is left of three differences of the hidden units is their cube: the modes of three stacks, on every rank.
TEST(RelevancesEstimate, CountsTheModesOfEveryRank) {
  const auto seconds = [](int n_hidden, int n_ranks) {
    return estimate_of("/relevance/main",
                       "[rbm]\nhidden = " + std::to_string(n_hidden) +
                           "\n[relevance]\nrbm = main\ntemperature = 2\n",
                       n_ranks)
               .seconds /
           n_ranks;
  };
  for (const int n_ranks : {1, 4}) {
    const auto s = [&](int n_hidden) { return seconds(n_hidden, n_ranks); };
    EXPECT_NEAR((s(4000) - 3 * s(3000) + 3 * s(2000) - s(1000)) / (6 * 3 * 1e9), 1e-10, 2e-11) << n_ranks;
  }
}

campaign::Estimate sampling(const std::string& lattice, const std::string& keys, int n_ranks) {
  deck::Problems problems;
  const auto document = deck::parse(
      "d.ini", "[campaign]\narchive = a.h5\nseed = 1\n[model]\nlattice = " + lattice + "\n[sample]\n" + keys,
      problems);
  using campaign::kind_of;
  const std::vector<campaign::Kind> kinds{kind_of<SampleStage>(), kind_of<RbmStage>(),
                                          kind_of<LikelihoodStage>()};
  const campaign::Plan plan = campaign::read_plan(document, kinds, n_ranks, problems);
  problems.throw_if_any();
  return plan.find("/sample/main")->estimate(plan, n_ranks);
}

// 8192^2 on four ranks is one group: its first rank holds all kept configurations, and
// sends three of four at once.
TEST(SamplesEstimate, CountsWhatOneRankOfAGroupHolds) {
  const std::string keys = "temperatures = 5\nconfigurations = 8\n";
  const double one_copy = 8192.0 * 8192.0 / 8;
  EXPECT_GT(sampling("8192x8192", keys, 4).memory_per_rank, 50e6 + (8 + 2 * 3) * one_copy);
  EXPECT_LT(sampling("8192x8192", keys, 4).memory_per_rank, 50e6 + (8 + 2 * 4 + 2) * one_copy);
  EXPECT_LT(sampling("8192x8192", keys, 1).memory_per_rank, 50e6 + (8 + 2) * one_copy);
}

// Temperatures that are drawn exactly take part in nothing but the archive.
TEST(SamplesEstimate, SimulatesNoDrawnTemperatures) {
  const auto with = [](const std::string& temperatures) {
    return sampling("1024x1024", "configurations = 8\ntemperatures = " + temperatures + "\n", 2);
  };
  EXPECT_EQ(with("0, 5").layout, with("5").layout);
  EXPECT_NE(with("4, 5").layout, with("5").layout);
  EXPECT_EQ(with("0, 5, inf").work, with("5").work);
  EXPECT_EQ(with("0, 5, inf").archive_bytes, with("3, 4, 5").archive_bytes);
  EXPECT_EQ(with("0, inf").work, 0);
}

} // namespace
} // namespace blockspin::stages
