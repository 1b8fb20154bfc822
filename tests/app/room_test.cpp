// What a run needs beside what there is: one count for `check` and `run`.

#include <filesystem>
#include <fstream>
#include <optional>

#include <gtest/gtest.h>

#include "blockspin/app/command.hpp"
#include "blockspin/app/kinds.hpp"
#include "blockspin/campaign/read_plan.hpp"
#include "load_deck.hpp"
#include "outlook.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace blockspin::app {
namespace {

const std::vector<campaign::Kind>& kinds() {
  static const auto all = stage_kinds();
  return all;
}

/// A finished run, and the plan of the deck that made it.
class Room : public ::testing::Test {
protected:
  void run(const std::string& storage) {
    if (test_world().is_root())
      std::ofstream(deck_)
          << "[campaign]\narchive = run.h5\nseed = 3\nstorage = " << storage
          << "\n[model]\nlattice = 4x4\n[sample]\ntemperatures = 2, 3\nconfigurations = 100\n";
    test_world().barrier();
    Invocation invocation = read_command_line({"run", deck_});
    invocation.kinds = kinds();
    ASSERT_EQ(invocation.command->together(invocation, test_world()), 0);
    deck::Problems problems;
    plan_ = campaign::read_plan(load_deck(test_world(), deck_, {}, problems), kinds(), 1, problems);
    ASSERT_TRUE(problems.empty());
    archive_.emplace(archive::Archive::open(test_world(), plan_.archive_path()));
    plan_.archive = &*archive_;
  }
  Needs needs(campaign::Action action) const {
    const std::vector<campaign::Decision> decisions{{action}};
    return needs_of(plan_, decisions, &*archive_, 1);
  }
  double standing_bytes() const {
    return static_cast<double>(std::filesystem::file_size(plan_.archive_path()));
  }

  ScratchFolder scratch_{test_world()};
  std::string deck_ = scratch_.file("deck.ini");
  campaign::Plan plan_;
  std::optional<archive::Archive> archive_;
};

TEST_F(Room, OfWhatIsSkippedIsNone) {
  run("single");
  const Needs none = needs(campaign::Action::skip);
  EXPECT_EQ(none.memory_per_rank, 0);
  EXPECT_EQ(none.archive_bytes, 0);
  EXPECT_EQ(none.copied_bytes, 0);
}

TEST_F(Room, OneFileIsCopiedWithWhatItHolds) {
  run("single");
  for (const auto action : {campaign::Action::compute, campaign::Action::extend, campaign::Action::redo})
    EXPECT_EQ(needs(action).copied_bytes, standing_bytes());
  EXPECT_EQ(needs_of(plan_, {}, &*archive_, 1).copied_bytes, 0) << "a run that begins anew copies nothing";
  EXPECT_GT(needs_of(plan_, {}, &*archive_, 1).memory_per_rank, 0);
}

TEST_F(Room, SegmentsAreNotCopied) {
  run("segments");
  EXPECT_EQ(needs(campaign::Action::extend).copied_bytes, 0);
}

// The disk has room for the new groups and their copy, and not for the copy of what stands.
TEST_F(Room, TheCopyOfWhatStandsIsCounted) {
  run("single");
  const std::string path = plan_.archive_path();
  const auto available =
      static_cast<double>(std::filesystem::space(std::filesystem::path(path).parent_path()).available);
  EXPECT_EQ(shortage(plan_, {0, available / 8, 0}, 1, path), "");
  EXPECT_NE(shortage(plan_, {0, available / 8, available * 2}, 1, path).find("the archive and its copy need"),
            std::string::npos);
}

TEST_F(Room, OfSegmentsIsToldAsSuch) {
  run("segments");
  const std::string text = shortage(plan_, {0, 1e30, 0}, 1, plan_.archive_path());
  EXPECT_NE(text.find("new segments of the archive need"), std::string::npos);
  EXPECT_EQ(text.find("copy"), std::string::npos);
}

// Beside a link to an archive there is no room that counts: everything is made where the link leads.
TEST_F(Room, IsLookedForWhereALinkLeads) {
  run("single");
  const std::string link = scratch_.file("nowhere/link.h5");
  EXPECT_EQ(shortage(plan_, {0, 1e30, 0}, 1, link), "")
      << "a folder that is not there is told by who opens it";
  std::filesystem::create_directory(scratch_.file("links"));
  const std::string to_archive = scratch_.file("links/run.h5");
  std::filesystem::create_symlink(plan_.archive_path(), to_archive);
  const std::string folder = std::filesystem::canonical(plan_.archive_path()).parent_path().string();
  EXPECT_NE(shortage(plan_, {0, 1e30, 0}, 1, to_archive).find(folder + " has"), std::string::npos);
}

} // namespace
} // namespace blockspin::app
