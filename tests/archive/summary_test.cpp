// What `blockspin info` shows.

#include <gtest/gtest.h>

#include "blockspin/archive/summary.hpp"
#include "example.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace {

using namespace blockspin;
using archive::Archive;
using archive::OnExisting;
using archive::Summary;

TEST(Summary, TellsWhatIsStale) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  Archive archive =
      Archive::open_for_run(world, folder.file("run.h5"), OnExisting::refuse, {"a \"title\"", 7});
  archive.set_run(archive::start_record());
  example::write_sample(archive);
  example::write_machine(archive, "main");
  Summary summary = archive::summarize(archive);
  ASSERT_EQ(summary.groups.size(), 2u);
  EXPECT_FALSE(summary.groups[0].stale);
  EXPECT_EQ(summary.groups[0].datasets.size(), 1u);
  EXPECT_EQ(summary.groups[0].datasets[0].description.substr(0, 7), "layer 1");
  EXPECT_NE(archive::to_json(summary).find("\"title\": \"a \\\"title\\\"\""), std::string::npos);
  const std::string line = archive::lineage(summary, "/rbm/main/layer_1/weights");
  EXPECT_EQ(line.find("/rbm/main  "), 0u) << line;
  EXPECT_NE(line.find("\n  /sample/main  "), std::string::npos) << line;
  EXPECT_NE(line.find("written by run_1"), std::string::npos) << line;

  example::write_sample(archive, 1);
  summary = archive::summarize(archive);
  EXPECT_TRUE(summary.groups[0].stale);
  EXPECT_NE(archive::to_text(summary).find("STALE"), std::string::npos);
  EXPECT_NE(archive::lineage(summary, "/rbm/main").find("has changed since"), std::string::npos);
  EXPECT_THROW(archive::lineage(summary, "/rbm/man"), Error);
  archive.close();
}

} // namespace
