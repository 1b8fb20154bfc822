// Checkpoints: saved by one rank count, loaded by another; the newest two are kept; a
// damaged one is passed over.

#include <fstream>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "blockspin/archive/checkpoint.hpp"
#include "blockspin/archive/standing_checkpoints.hpp"
#include "blockspin/h5/serial_file.hpp"
#include "checkpoint_files.hpp"
#include "content_hash.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace {

using namespace blockspin;
using archive::CheckpointKey;
using archive::CheckpointStore;

constexpr std::uint64_t n_rows = 37, n_columns = 3;

const CheckpointKey key{"/rbm/main", "layer 1", 7, {{"hidden", std::vector<std::uint64_t>{64}}}};

double value_at(std::uint64_t row, std::uint64_t column, std::uint64_t step) {
  return static_cast<double>(row * n_columns + column) + 1000.0 * static_cast<double>(step);
}

Slab rows_of(const mpi::Communicator& comm) {
  const mpi::Range mine = mpi::block_range(n_rows, comm.rank(), comm.size());
  return Slab::rows({n_rows, n_columns}, mine.first, mine.size());
}

void save(const mpi::Communicator& comm, CheckpointStore& store, std::uint64_t step,
          const CheckpointKey& owner = key) {
  store.save(owner, [&](StateSink& sink) {
    sink.replicated("step", step);
    sink.replicated("nothing", std::span<const float>());
    const Slab slab = rows_of(comm);
    std::vector<double> values(slab.n_local());
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = value_at(slab.offset[0] + i / n_columns, i % n_columns, step);
    sink.distributed("chains/values", slab, std::span<const double>(values));
  });
}

/// The step that was saved, after comparing every value; 0 where nothing was loaded.
std::uint64_t load(const mpi::Communicator& comm, CheckpointStore& store, const CheckpointKey& owner = key) {
  std::uint64_t step = 0;
  store.load(owner, [&](StateSource& source, const auto&) {
    source.replicated("step", step);
    EXPECT_EQ(source.n_saved("nothing"), 0u);
    EXPECT_EQ(source.n_saved("chains/values"), n_rows * n_columns);
    const Slab slab = rows_of(comm);
    std::vector<double> values(slab.n_local());
    source.distributed("chains/values", slab, std::span<double>(values));
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_EQ(values[i], value_at(slab.offset[0] + i / n_columns, i % n_columns, step));
  });
  return step;
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Checkpoint, IsFoundByAListingWithoutALookAtTheFolder) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const archive::Listing before(folder.path());
  CheckpointStore store(world, folder.file("run.h5"));
  save(world, store, 1);
  const archive::Listing after(folder.path());
  const std::string path = folder.file("run.h5");
  if (!world.is_root()) return; // whose listing before may have been late
  EXPECT_FALSE(archive::has_checkpoints(before, path, key.group));
  EXPECT_TRUE(archive::has_checkpoints(after, path, key.group));
  EXPECT_FALSE(archive::has_checkpoints(after, path, "/rbm/other"));
  EXPECT_TRUE(archive::has_checkpoints(archive::Listing("/"), path, key.group)); // of another folder
}

TEST(Checkpoint, LoadsOnAnotherRankCount) {
  const mpi::Communicator& world = test_world();
  const mpi::Communicator self = mpi::Communicator::self();
  const ScratchFolder folder(world);
  CheckpointStore together(world, folder.file("together.h5"));
  save(world, together, 1);
  if (world.is_root()) {
    CheckpointStore alone(self, folder.file("together.h5"));
    EXPECT_EQ(load(self, alone), 1u);
    CheckpointStore written_alone(self, folder.file("alone.h5"));
    save(self, written_alone, 2);
  }
  world.barrier();
  CheckpointStore read_together(world, folder.file("alone.h5"));
  EXPECT_EQ(load(world, read_together), 2u);
}

TEST(Checkpoint, KeepsTheNewestTwoOfEachPart) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  CheckpointStore store(world, folder.file("run.h5"));
  EXPECT_EQ(load(world, store), 0u);
  for (std::uint64_t step = 1; step <= 12; ++step) save(world, store, step);
  CheckpointKey other = key;
  other.part = "layer 2";
  save(world, store, 5, other);
  CheckpointKey neighbour = key;
  neighbour.group = "/rbm/main-2";
  save(world, store, 6, neighbour);
  EXPECT_EQ(load(world, store), 12u);
  EXPECT_EQ(load(world, store, other), 5u);
  if (world.is_root()) {
    EXPECT_EQ(files_in(folder.path()), (std::vector<std::string>{"run.h5.checkpoint-rbm.main+layer_1-11",
                                                                 "run.h5.checkpoint-rbm.main+layer_1-12",
                                                                 "run.h5.checkpoint-rbm.main+layer_2-1",
                                                                 "run.h5.checkpoint-rbm.main-2+layer_1-1"}));
  }
  CheckpointKey superseded = key;
  superseded.part = "layer 2 above 4";
  save(world, store, 7, superseded);
  store.settle("/rbm/main", {"layer 1", "layer 2", "never saved"});
  if (world.is_root()) {
    EXPECT_EQ(files_in(folder.path()), (std::vector<std::string>{"run.h5.checkpoint-rbm.main+layer_1-12",
                                                                 "run.h5.checkpoint-rbm.main+layer_2-1",
                                                                 "run.h5.checkpoint-rbm.main-2+layer_1-1"}));
    EXPECT_EQ(archive::all_checkpoints(folder.file("run.h5")).size(), 3u);
  }
  EXPECT_EQ(load(world, store), 12u);
  store.remove_part(other);
  EXPECT_EQ(load(world, store, other), 0u);
  EXPECT_EQ(load(world, store), 12u);
  store.settle("/rbm/main", {});
  EXPECT_EQ(load(world, store), 0u);
  EXPECT_EQ(load(world, store, neighbour), 6u);
}

std::string refusal_of(const mpi::Communicator& comm, CheckpointStore& store, const CheckpointKey& owner) {
  try {
    load(comm, store, owner);
  } catch (const Error& error) {
    EXPECT_TRUE(error.agreed());
    EXPECT_EQ(error.kind(), ErrorKind::archive);
    return error.what();
  }
  return "no refusal";
}

TEST(Checkpoint, WorkWithOtherValuesIsRefusedAndStays) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  CheckpointStore store(world, folder.file("run.h5"));
  save(world, store, 1);
  save(world, store, 2);
  CheckpointKey hidden = key;
  hidden.values["hidden"] = std::vector<std::uint64_t>{32};
  hidden.values["l1"] = 0.5;
  const std::string differing = refusal_of(world, store, hidden);
  EXPECT_NE(differing.find("rbm.main.hidden: '32' in the deck, '64' in the checkpoint"), std::string::npos)
      << differing;
  EXPECT_NE(differing.find("rbm.main.l1: '0.5' in the deck, 'nothing' in the checkpoint"), std::string::npos)
      << differing;
  CheckpointKey seed = key;
  seed.seed = 8;
  EXPECT_NE(refusal_of(world, store, seed).find("campaign.seed: '8' in the deck, '7' in the checkpoint"),
            std::string::npos);
  hidden.part = "layer 1 of another number of layers";
  EXPECT_NE(refusal_of(world, store, hidden).find("rbm.main.hidden"), std::string::npos) << "another part";
  EXPECT_EQ(load(world, store), 2u);
}

TEST(Checkpoint, WorkFromOtherInputIsPassedOver) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  CheckpointStore store(world, folder.file("run.h5"));
  CheckpointKey before = key, after = key;
  before.origins["parent./sample/main"] = std::string("1");
  after.origins["parent./sample/main"] = std::string("2");
  save(world, store, 1, before);
  save(world, store, 2, before);
  EXPECT_EQ(load(world, store, after), 0u);
  save(world, store, 3, after);
  if (world.is_root()) {
    EXPECT_EQ(files_in(folder.path()), std::vector<std::string>{"run.h5.checkpoint-rbm.main+layer_1-3"});
  }
  EXPECT_EQ(load(world, store, after), 3u);
}

/// Flips one byte of the state of that step, or cuts the file.
void damage(const std::string& path, std::uint64_t step, bool cut) {
  if (cut) {
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    return;
  }
  std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  const double known = value_at(20, 1, step);
  const std::size_t at = bytes.find(std::string(reinterpret_cast<const char*>(&known), sizeof known));
  ASSERT_NE(at, std::string::npos);
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(static_cast<char>(~bytes[at]));
}

TEST(Checkpoint, DamagedNewestFallsBackToTheOneBefore) {
  const mpi::Communicator& world = test_world();
  for (const bool cut : {false, true}) {
    const ScratchFolder folder(world);
    CheckpointStore store(world, folder.file("run.h5"));
    save(world, store, 1);
    save(world, store, 2);
    if (world.is_root()) damage(folder.file("run.h5.checkpoint-rbm.main+layer_1-2"), 2, cut);
    world.barrier();
    EXPECT_EQ(load(world, store), 1u);
    EXPECT_TRUE(archive::has_whole_checkpoint(world, folder.file("run.h5"), key.group));
    if (world.is_root()) damage(folder.file("run.h5.checkpoint-rbm.main+layer_1-1"), 1, true);
    world.barrier();
    EXPECT_EQ(load(world, store), 0u);
    EXPECT_TRUE(store.has_any(key.group));
    EXPECT_FALSE(archive::has_whole_checkpoint(world, folder.file("run.h5"), key.group));
    save(world, store, 3);
    EXPECT_EQ(load(world, store), 3u);
  }
}

TEST(Checkpoint, ADamagedOneDoesNotDisplaceAGoodOne) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  CheckpointStore store(world, folder.file("run.h5"));
  save(world, store, 1);
  save(world, store, 2);
  if (world.is_root()) damage(folder.file("run.h5.checkpoint-rbm.main+layer_1-2"), 2, false);
  world.barrier();
  EXPECT_EQ(load(world, store), 1u);
  save(world, store, 3);
  if (world.is_root()) {
    EXPECT_EQ(files_in(folder.path()), (std::vector<std::string>{"run.h5.checkpoint-rbm.main+layer_1-1",
                                                                 "run.h5.checkpoint-rbm.main+layer_1-3"}));
    damage(folder.file("run.h5.checkpoint-rbm.main+layer_1-3"), 3, false);
  }
  world.barrier();
  EXPECT_EQ(load(world, store), 1u) << "the good one is still there";
}

/// The length of the first text in a heap of HDF5, which would read beyond its memory.
void break_heap(const std::string& path) {
  std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  const std::size_t at = bytes.find("GCOL");
  ASSERT_NE(at, std::string::npos);
  stream.seekp(static_cast<std::streamoff>(at + 24));
  stream << std::string(8, '\xff');
}

TEST(Checkpoint, DamageThatWouldCrashHdf5IsDamageLikeAnyOther) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  CheckpointStore store(world, folder.file("run.h5"));
  save(world, store, 1);
  save(world, store, 2);
  if (world.is_root()) break_heap(folder.file("run.h5.checkpoint-rbm.main+layer_1-2"));
  world.barrier();
  EXPECT_EQ(load(world, store), 1u);
  save(world, store, 3);
  if (world.is_root()) {
    EXPECT_EQ(files_in(folder.path()), (std::vector<std::string>{"run.h5.checkpoint-rbm.main+layer_1-1",
                                                                 "run.h5.checkpoint-rbm.main+layer_1-3"}));
    break_heap(folder.file("run.h5.checkpoint-rbm.main+layer_1-1"));
    break_heap(folder.file("run.h5.checkpoint-rbm.main+layer_1-3"));
  }
  world.barrier();
  store.remove("/rbm/main");
  if (world.is_root()) {
    EXPECT_TRUE(files_in(folder.path()).empty());
  }
}

TEST(Checkpoint, EveryByteIsSealed) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  CheckpointStore store(world, folder.file("run.h5"));
  const std::string path = folder.file("run.h5.checkpoint-rbm.main+layer_1-1");
  save(world, store, 1);
  const std::uint64_t n_bytes = std::filesystem::file_size(path);
  for (const std::uint64_t at : {n_bytes / 3, n_bytes / 2, n_bytes - 100, n_bytes - 10, n_bytes - 1}) {
    const auto flip = [&] {
      if (!world.is_root()) return;
      std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
      stream.seekg(static_cast<std::streamoff>(at));
      const int byte = stream.get();
      stream.seekp(static_cast<std::streamoff>(at));
      stream.put(static_cast<char>(~byte));
    };
    flip();
    world.barrier();
    EXPECT_EQ(load(world, store), 0u) << at;
    world.barrier();
    flip();
    world.barrier();
    EXPECT_EQ(load(world, store), 1u);
    world.barrier();
  }
}

/// Turns a checkpoint into one of format 1: what it says of itself stood at the root, and its hash covered values alone.
void make_format_1(const mpi::Communicator& comm, const std::string& path) {
  std::map<std::string, h5::Value> said;
  h5::look(comm, path, [&] { said = h5::SerialFile(path).attributes("/state"); });
  h5::File file = h5::File::open(comm, path, h5::Access::write);
  for (const auto& [name, value] : said) {
    h5::write_attribute(file, "/", name, value);
    ASSERT_GE(H5Adelete_by_name(file.id(), "/state", name.c_str(), H5P_DEFAULT), 0);
  }
  for (const char* name : {"format", "format_version"}) ASSERT_GE(H5Adelete(file.id(), name), 0);
  file.flush();
  h5::write_attribute(file, "/", "content_hash", archive::content_hash(file, "/state", 1));
  file.close();
}

TEST(Checkpoint, ThoseOfFormat1AreContinued) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const std::string archive_path = folder.file("run.h5"),
                    path = archive_path + ".checkpoint-rbm.main+layer_1-1";
  CheckpointStore store(world, archive_path);
  save(world, store, 5);
  make_format_1(world, path);
  EXPECT_TRUE(archive::is_checkpoint(path));
  EXPECT_EQ(load(world, store), 5u);
}

TEST(Checkpoint, ThoseOfFormat1HaveNamesOfAnyLength) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  CheckpointStore store(world, folder.file("run.h5"));
  CheckpointKey owner = key;
  owner.part = "a part of a stage whose name has more than forty letters";
  save(world, store, 5, owner);
  const std::string old =
      folder.file("run.h5.checkpoint-rbm.main+a_part_of_a_stage_whose_name_has_more_than_forty_letters-1");
  if (world.is_root()) std::filesystem::rename(archive::all_checkpoints(folder.file("run.h5")).front(), old);
  world.barrier();
  make_format_1(world, old);
  EXPECT_EQ(load(world, store, owner), 5u);
  save(world, store, 6, owner);
  EXPECT_EQ(load(world, store, owner), 6u);
  store.remove_part(owner);
  if (world.is_root()) {
    EXPECT_TRUE(files_in(folder.path()).empty());
  }
}

} // namespace
