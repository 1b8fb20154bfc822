// Files that are no archive, or cannot be written: a clear error that names the file, the same on every rank.

#include <fstream>

#include <gtest/gtest.h>

#include "blockspin/archive/lock.hpp"
#include "example.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace {

using namespace blockspin;
using archive::Archive;
using archive::OnExisting;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::archive) << error.what();
    EXPECT_TRUE(error.agreed()) << error.what();
    return error.what();
  }
  return "no error";
}

void expect_refused(const std::string& path, const std::string& reason) {
  const mpi::Communicator& world = test_world();
  const std::string opening = message_of([&] { Archive::open(world, path); });
  EXPECT_NE(opening.find(reason), std::string::npos) << opening;
  EXPECT_NE(opening.find(path), std::string::npos) << opening;
  const std::string resuming = message_of([&] {
    Archive::open_for_run(world, path, OnExisting::resume, {"", 7});
  });
  EXPECT_NE(resuming.find(path), std::string::npos) << resuming;
}

/// Runs `action` on the root, with all ranks waiting for it.
template <class Action>
void on_root(Action&& action) {
  if (test_world().is_root()) action();
  test_world().barrier();
}

void write_example(const std::string& path) {
  Archive archive = Archive::open_for_run(test_world(), path, OnExisting::refuse, {"", 7});
  example::write_sample(archive);
  archive.close();
}

TEST(BadArchive, MissingDirectoryOrText) {
  const ScratchFolder folder(test_world());
  const std::string missing = message_of([&] { Archive::open(test_world(), folder.file("none.h5")); });
  EXPECT_NE(missing.find("No such file"), std::string::npos) << missing;
  on_root([&] { std::filesystem::create_directory(folder.file("folder.h5")); });
  expect_refused(folder.file("folder.h5"), "directory");
  on_root([&] {
    std::ofstream(folder.file("text.h5")) << "no HDF5 at all, but longer than a superblock would be";
  });
  expect_refused(folder.file("text.h5"), "not an HDF5 file");
  on_root([&] { std::ofstream(folder.file("empty.h5")); });
  expect_refused(folder.file("empty.h5"), "not an HDF5 file");
}

TEST(BadArchive, OtherProgramOrNewerFormat) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  h5::File other = h5::File::create(world, folder.file("other.h5"));
  other.create_group("/entry");
  other.close();
  expect_refused(folder.file("other.h5"), "no archive of blockspin");

  write_example(folder.file("newer.h5"));
  h5::File newer = h5::File::open(world, folder.file("newer.h5"), h5::Access::write);
  h5::write_attribute(newer, "/", "format_version", archive::format_version + 1);
  newer.close();
  expect_refused(folder.file("newer.h5"), "newer blockspin");
}

TEST(BadArchive, TruncatedAnywhere) {
  const ScratchFolder folder(test_world());
  write_example(folder.file("whole.h5"));
  const std::string cut = folder.file("cut.h5");
  for (const double share : {0.1, 0.5, 0.999}) {
    on_root([&] {
      std::filesystem::copy_file(folder.file("whole.h5"), cut,
                                 std::filesystem::copy_options::overwrite_existing);
      std::filesystem::resize_file(
          cut, static_cast<std::uintmax_t>(share * static_cast<double>(std::filesystem::file_size(cut))));
    });
    expect_refused(cut, "truncated");
  }
}

TEST(BadArchive, OpenForWritingElsewhere) {
  const ScratchFolder folder(test_world());
  const std::string path = folder.file("run.h5");
  write_example(path);
  on_root([&] { // as h5py leaves it while it writes
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(11);
    file.put(5);
  });
  expect_refused(path, "another program has the file open for writing");
}

TEST(BadArchive, FolderThatCannotBeWritten) {
  const std::string nowhere = "/proc/blockspin-test.h5"; // not even root may create files there
  const std::string message = message_of([&] {
    Archive::open_for_run(test_world(), nowhere, OnExisting::resume, {"", 7});
  });
  EXPECT_NE(message.find("cannot write in the archive's folder"), std::string::npos) << message;
  EXPECT_NE(message.find(nowhere), std::string::npos) << message;
}

TEST(BadArchive, SecondWriterIsKeptOut) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const std::string path = folder.file("run.h5");
  Archive first = Archive::open_for_run(world, path, OnExisting::refuse, {"", 7});
  const std::string message = message_of([&] {
    Archive::open_for_run(world, path, OnExisting::resume, {"", 7});
  });
  EXPECT_NE(message.find("another run"), std::string::npos) << message;
  EXPECT_NE(message.find("process"), std::string::npos) << message;
  example::write_sample(first);
  Archive reader = Archive::open(world, path); // readers are never kept out
  example::write_machine(first, "main");
  EXPECT_EQ(reader.read_all<double>("/sample/main/temperature").size(), example::n_temperatures);
  reader.close();
  first.close();
  Archive second = Archive::open_for_run(world, path, OnExisting::resume, {"", 7});
  EXPECT_EQ(second.groups().size(), 2u);
  second.close();
}

} // namespace
