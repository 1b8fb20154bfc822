// Which local update `auto` takes on small lattices.

#include <gtest/gtest.h>

#include "sample_ensemble.hpp"

namespace blockspin::stages {
namespace {

struct Chosen {
  std::string name;
  bool may_turn;
};

Chosen chosen(const std::vector<std::uint64_t>& extents, SampleUpdate update = SampleUpdate::automatic,
              double field = 0) {
  SampleDeck deck;
  deck.temperatures = deck::Temperatures{{1.5, 3}};
  deck.update = update;
  replica::LadderSetup setup{lattice::Geometry(extents), field, deck.temperatures->values};
  const UpdateChoice choice = choose_update(deck, setup);
  EXPECT_EQ(choice.name == "heat_bath", setup.update == ising::LocalUpdate::heat_bath);
  return {choice.name, may_turn_for_ever(setup)};
}

TEST(UpdateChoice, IsTheHeatBathOnAtMost32Sites) {
  for (const auto& extents : {std::vector<std::uint64_t>{4, 4}, {4, 8}, {5, 5}, {3, 3, 3}, {8}}) {
    EXPECT_EQ(chosen(extents).name, "heat_bath") << lattice::Geometry(extents).name();
    EXPECT_FALSE(chosen(extents).may_turn);
  }
  EXPECT_EQ(chosen({5, 7}).name, "metropolis");
  EXPECT_EQ(chosen({3, 3, 4}).name, "metropolis");
}

TEST(UpdateChoice, MetropolisThatIsAskedForIsTakenAndKnown) {
  EXPECT_EQ(chosen({4, 4}, SampleUpdate::metropolis).name, "metropolis");
  EXPECT_TRUE(chosen({4, 4}, SampleUpdate::metropolis).may_turn);
  EXPECT_TRUE(chosen({5, 5}, SampleUpdate::metropolis).may_turn);
  EXPECT_FALSE(chosen({4, 4}, SampleUpdate::metropolis, 0.1).may_turn);
  EXPECT_FALSE(chosen({8}, SampleUpdate::metropolis).may_turn);
  EXPECT_FALSE(chosen({6, 6}, SampleUpdate::metropolis).may_turn);
}

} // namespace
} // namespace blockspin::stages
