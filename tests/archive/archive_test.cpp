// The archive: written by any number of ranks it holds the same, and what is written is what is read.

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "blockspin/archive/checkpoint.hpp"
#include "blockspin/archive/summary.hpp"
#include "blockspin/archive/whole.hpp"
#include "example.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace {

using namespace blockspin;
using archive::Archive;
using archive::OnExisting;

std::string bytes_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write_example(const mpi::Communicator& comm, const std::string& path) {
  Archive archive = Archive::open_for_run(comm, path, OnExisting::refuse, {"an example", 7});
  example::write_sample(archive);
  example::write_machine(archive, "main");
  archive.close();
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::archive) << error.what();
    EXPECT_TRUE(error.agreed());
    return error.what();
  }
  return "no error";
}

TEST(Archive, SameBytesForEveryRankCount) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  write_example(world, folder.file("all.h5"));
  if (world.is_root()) {
    const mpi::Communicator self = mpi::Communicator::self();
    write_example(self, folder.file("one.h5"));
    EXPECT_EQ(bytes_of(folder.file("all.h5")), bytes_of(folder.file("one.h5")));
  }
}

TEST(Archive, ReadsWhatAnotherRankCountWrote) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  if (world.is_root()) write_example(mpi::Communicator::self(), folder.file("run.h5"));
  world.barrier();
  Archive archive = Archive::open(world, folder.file("run.h5"));
  EXPECT_EQ(archive.identity().title, "an example");
  EXPECT_EQ(archive.identity().seed, 7u);
  EXPECT_EQ(archive.groups(), (std::vector<std::string>{"/rbm/main", "/sample/main"}));
  const std::vector<std::uint64_t> extent = archive.extent("/sample/main/configuration");
  EXPECT_EQ(extent, (std::vector<std::uint64_t>{5, 40, 13}));
  // Divided over the ranks by configurations, not by temperatures as it was written.
  const mpi::Range mine = mpi::block_range(extent[1], world.rank(), world.size());
  Slab slab = Slab::whole(extent);
  slab.offset[1] = mine.first;
  slab.count[1] = mine.size();
  std::vector<std::uint8_t> bytes(slab.n_local());
  archive.read("/sample/main/configuration", slab, std::span<std::uint8_t>(bytes));
  std::size_t i = 0;
  for (std::uint64_t t = 0; t < extent[0]; ++t)
    for (std::uint64_t c = mine.first; c < mine.last; ++c)
      for (std::uint64_t b = 0; b < extent[2]; ++b, ++i)
        ASSERT_EQ(bytes[i], example::byte_at((t * extent[1] + c) * extent[2] + b));
  EXPECT_EQ(archive.read_all<double>("/sample/main/temperature").back(), INFINITY);
  archive.close();
}

TEST(Archive, PathsOfAnyLength) {
  const mpi::Communicator& world = test_world();
  for (const std::size_t n_folders : {1, 15}) { // above 256 characters, and close to the most there may be
    const ScratchFolder folder(world);
    std::string deep = folder.path();
    for (std::size_t i = 0; i < n_folders; ++i) deep += "/" + std::string(240, 'x');
    if (world.is_root()) std::filesystem::create_directories(deep);
    world.barrier();
    for (const archive::Storage storage : {archive::Storage::single, archive::Storage::segments}) {
      Archive archive = Archive::open_for_run(world, deep + "/run.h5", OnExisting::resume, {"", 7}, storage);
      example::write_machine(archive, example::write_sample(archive).substr(0, 4));
      archive.close();
    }
    Archive archive = Archive::open(world, deep + "/run.h5");
    EXPECT_EQ(archive.read_all<double>("/sample/main/temperature").size(), example::n_temperatures);
    archive.close();
  }
}

TEST(Archive, GroupsKnowTheirParents) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  Archive archive = Archive::open_for_run(world, folder.file("run.h5"), OnExisting::refuse, {"", 1});
  EXPECT_FALSE(archive.group("/sample/main"));
  const std::string hash = example::write_sample(archive);
  example::write_machine(archive, "main");
  const archive::Group group = archive.group("/rbm/main").value();
  EXPECT_EQ(group.status, "complete");
  ASSERT_EQ(group.parents.size(), 1u);
  EXPECT_EQ(group.parents[0].path, "/sample/main");
  EXPECT_EQ(group.parents[0].content_hash, hash);
  EXPECT_EQ(std::get<std::vector<std::uint64_t>>(group.values.at("hidden")), std::vector<std::uint64_t>{64});
  // Written again with other content, the sample has another hash; with the first content, the first.
  EXPECT_NE(example::write_sample(archive, 1), hash);
  EXPECT_NE(archive.group("/sample/main")->content_hash, archive.group("/rbm/main")->parents[0].content_hash);
  EXPECT_EQ(example::write_sample(archive), hash);
  archive.close();
}

TEST(Archive, AWriterThatGoesAwayLeavesNothing) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  write_example(world, folder.file("run.h5"));
  const std::string before = bytes_of(folder.file("run.h5"));
  world.barrier();
  {
    Archive archive = Archive::open_for_run(world, folder.file("run.h5"), OnExisting::resume, {"", 7});
    archive::StageWriter writer = archive.begin_stage("rbm", "other", {}, {"/sample/main"}, example::rows());
    archive.close();
  }
  world.barrier();
  EXPECT_EQ(bytes_of(folder.file("run.h5")), before);
  if (world.is_root()) {
    std::size_t n_files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++n_files;
    EXPECT_EQ(n_files, 1u);
  }
}

TEST(Archive, RecordsEachRun) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const std::string long_deck(200000, '#'); // above the limit of attributes in the object header
  for (const OnExisting existing : {OnExisting::refuse, OnExisting::resume}) {
    Archive archive = Archive::open_for_run(world, folder.file("run.h5"), existing, {"", 7});
    archive::RunRecord record = archive::start_record();
    record.deck_text = long_deck;
    record.overrides = {"campaign.seed=7"};
    archive.set_run(record);
    example::write_sample(archive);
    example::write_machine(archive, "main");
    archive.close();
  }
  Archive archive = Archive::open(world, folder.file("run.h5"));
  const auto runs = archive.runs();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(std::get<std::string>(runs.at("run_2").at("deck")), long_deck);
  EXPECT_EQ(std::get<std::int64_t>(runs.at("run_1").at("ranks")), world.size());
  EXPECT_TRUE(runs.at("run_1").contains("written.sample.main"));
  EXPECT_TRUE(runs.at("run_1").contains("written.rbm.main"));
  archive.close();
}

std::vector<std::string> segments_of(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path + ".segments"))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Archive, ResumeAndOverwrite) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const std::string path = folder.file("run.h5");
  write_example(world, path);
  const std::string before = bytes_of(path);
  world.barrier();
  EXPECT_NE(message_of([&] {
              Archive::open_for_run(world, path, OnExisting::refuse, {"", 7});
            }).find("--resume"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              Archive::open_for_run(world, path, OnExisting::resume, {"", 8});
            }).find("seed 7"),
            std::string::npos);
  Archive archive = Archive::open_for_run(world, path, OnExisting::overwrite, {"new", 9});
  EXPECT_TRUE(archive.groups().empty());
  EXPECT_EQ(bytes_of(path), before) << "overwriting waits for the first commit";
  example::write_sample(archive);
  EXPECT_EQ(archive.groups(), std::vector<std::string>{"/sample/main"});
  archive.close();
}

bool exists_for_all(const mpi::Communicator& world, const std::string& path) {
  world.barrier();
  const bool exists = std::filesystem::exists(path);
  world.barrier();
  return exists;
}

TEST(Archive, OverwriteStoppedBeforeItsFirstCommitIsResumedAsItself) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const std::string path = folder.file("run.h5");
  write_example(world, path);
  archive::CheckpointStore checkpoints(world, path);
  const archive::CheckpointKey key{"/rbm/main", "layer 1", 9, {}};
  const auto save = [](StateSink& sink) { sink.replicated("step", std::uint64_t{1}); };
  const auto load = [](StateSource& source, const auto&) {
    std::uint64_t step = 0;
    source.replicated("step", step);
  };
  checkpoints.save(key, save);
  Archive::open_for_run(world, path, OnExisting::overwrite, {"new", 9}).close();
  EXPECT_FALSE(checkpoints.load(key, load)) << "a checkpoint of the run before";
  checkpoints.save(key, save);
  // Stopped here. The old archive stands, with another seed, and the new run goes on from its own checkpoint.
  Archive reader = Archive::open(world, path);
  EXPECT_TRUE(archive::summarize(reader).overwritten);
  reader.close();
  Archive archive = Archive::open_for_run(world, path, OnExisting::resume, {"new", 9});
  EXPECT_TRUE(archive.groups().empty()) << "the old archive is taken for the new run's";
  EXPECT_TRUE(checkpoints.load(key, load)) << "its own checkpoint is lost";
  const std::string hash = example::write_sample(archive, 1);
  EXPECT_FALSE(exists_for_all(world, path + ".overwrite"));
  archive.close();
  Archive again = Archive::open_for_run(world, path, OnExisting::resume, {"new", 9});
  EXPECT_EQ(again.group("/sample/main")->content_hash, hash);
  EXPECT_FALSE(archive::summarize(again).overwritten);
  again.close();
}

TEST(Archive, OverwriteLeavesNoSegmentOfTheOldOne) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const std::string path = folder.file("run.h5");
  using archive::Storage;
  Archive old = Archive::open_for_run(world, path, OnExisting::refuse, {"", 7}, Storage::segments);
  example::write_sample(old, 1);
  example::write_machine(old, "main");
  old.close();
  Archive archive = Archive::open_for_run(world, path, OnExisting::overwrite, {"", 7}, Storage::segments);
  if (world.is_root()) {
    EXPECT_EQ(segments_of(path).size(), 2u) << "the old archive still needs them";
  }
  example::write_sample(archive, 2);
  archive.close();
  if (world.is_root()) {
    EXPECT_EQ(segments_of(path).size(), 1u);
  }
}

TEST(Archive, AReaderOfTheVersionBeforeCanFollowItsLinks) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const std::string path = folder.file("run.h5");
  using archive::Storage;
  Archive archive = Archive::open_for_run(world, path, OnExisting::refuse, {"", 7}, Storage::segments);
  example::write_sample(archive, 1);
  Archive reader = Archive::open(world, path);
  example::write_sample(archive, 2);
  EXPECT_EQ(reader.read_all<std::uint8_t>("/sample/main/configuration")[0], example::byte_at(1));
  reader.close();
  archive.close();
  Archive::open_for_run(world, path, OnExisting::resume, {"", 7}, Storage::segments).close();
  if (world.is_root()) {
    EXPECT_EQ(segments_of(path).size(), 1u) << "the next run clears up";
  }
}

TEST(Archive, DamagedContentIsFoundOnce) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const std::string path = folder.file("run.h5");
  Archive archive =
      Archive::open_for_run(world, path, OnExisting::refuse, {"", 7}, archive::Storage::segments);
  example::write_sample(archive);
  example::write_machine(archive, "good");
  const std::string hash = example::write_machine(archive, "bad");
  archive.close();
  if (world.is_root()) {
    const std::string segment = path + ".segments/rbm.bad-" + hash + ".h5";
    std::string bytes = bytes_of(segment);
    const float known[] = {17.0F / 64, 18.0F / 64};
    const std::size_t at = bytes.find(std::string(reinterpret_cast<const char*>(known), sizeof known));
    ASSERT_NE(at, std::string::npos);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    std::ofstream(segment, std::ios::binary) << bytes;
  }
  world.barrier();
  Archive found = Archive::open_for_run(world, path, OnExisting::resume, {"", 7});
  found.require_whole("/rbm/good");
  EXPECT_NE(message_of([&] { found.require_whole("/rbm/bad"); }).find("/rbm/bad is damaged"),
            std::string::npos);
  example::write_machine(found, "bad"); // what this run writes itself needs no check
  found.require_whole("/rbm/bad");
  found.close();
}

TEST(Archive, BehindALinkIsOneArchive) {
  const mpi::Communicator& world = test_world();
  for (const archive::Storage storage : {archive::Storage::single, archive::Storage::segments}) {
    const ScratchFolder folder(world);
    const std::string link = folder.file("run.h5"), real = folder.file("disk/results.h5");
    if (world.is_root()) {
      std::filesystem::create_directory(folder.file("disk"));
      std::filesystem::create_symlink("second.h5", link);
      std::filesystem::create_symlink(real, folder.file("second.h5"));
    }
    world.barrier();
    // By the link, which leads nowhere yet; by the file's name; and by the link again.
    for (const std::string& name : {link, real, link}) {
      Archive archive = Archive::open_for_run(world, name, OnExisting::resume, {"", 7}, storage);
      EXPECT_EQ(archive.path(), real);
      EXPECT_TRUE(exists_for_all(world, real + ".lock"));
      example::write_sample(archive, archive.groups().size());
      example::write_machine(archive, "by_" + std::to_string(archive.groups().size()));
      archive.close();
    }
    Archive reader = Archive::open(world, link);
    EXPECT_EQ(reader.groups().size(), 4u);
    EXPECT_FALSE(reader.read_all<float>("/rbm/by_3/layer_1/weights").empty());
    reader.close();
    if (world.is_root()) {
      EXPECT_TRUE(std::filesystem::is_symlink(link));
      EXPECT_TRUE(std::filesystem::is_symlink(folder.file("second.h5")));
      const auto beside = std::filesystem::directory_iterator(folder.path());
      EXPECT_EQ(std::distance(begin(beside), end(beside)), 3) << "something stands beside the link";
    }
  }
}

TEST(Archive, SegmentsHoldWhatOneFileHolds) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const std::string path = folder.file("run.h5");
  write_example(world, folder.file("single.h5"));
  Archive single = Archive::open(world, folder.file("single.h5"));
  Archive archive =
      Archive::open_for_run(world, path, OnExisting::refuse, {"", 7}, archive::Storage::segments);
  example::write_sample(archive, 1);
  const std::string hash = example::write_sample(archive);
  example::write_machine(archive, "main");
  EXPECT_EQ(hash, single.group("/sample/main")->content_hash);
  EXPECT_EQ(archive.group("/rbm/main")->content_hash, single.group("/rbm/main")->content_hash);
  archive.close();
  Archive again = Archive::open(world, path);
  EXPECT_EQ(again.groups(), single.groups());
  EXPECT_EQ(again.read_all<std::uint8_t>("/sample/main/configuration"),
            single.read_all<std::uint8_t>("/sample/main/configuration"));
  again.close();
  // Continued as one file: what is linked stays linked, what is new stands inside.
  Archive mixed = Archive::open_for_run(world, path, OnExisting::resume, {"", 7});
  example::write_machine(mixed, "other");
  EXPECT_EQ(mixed.read_all<float>("/rbm/other/layer_1/weights"),
            single.read_all<float>("/rbm/main/layer_1/weights"));
  EXPECT_EQ(mixed.groups().size(), 3u);
  mixed.close();
  if (world.is_root()) {
    const std::vector<std::string> names = segments_of(path);
    ASSERT_EQ(names.size(), 2u) << "the replaced sample's segment is gone";
    EXPECT_EQ(names[1], "sample.main-" + hash + ".h5");
  }
  single.close();
}

} // namespace
