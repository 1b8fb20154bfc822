// HDF5 breaks down where it closes a damaged file: one message, and the exit code of files.

#include <csignal>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "blockspin/h5/file.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace {
bool breaks_down = false;
unsigned limit = 0; ///< seconds that were left to an alarm when the library closed a file
} // namespace

// This stands in front of the library's own.
extern "C" herr_t H5Fclose(hid_t id) {
  if (breaks_down) raise(SIGSEGV);
  limit = alarm(0);
  static auto* const own = reinterpret_cast<herr_t (*)(hid_t)>(dlsym(RTLD_NEXT, "H5Fclose"));
  return own(id);
}

namespace blockspin::h5 {
namespace {

void close_damaged(const std::string& path) {
  File file = File::open(test_world(), path, Access::read);
  breaks_down = true;
  file.close();
}

TEST(CloseCrash, NamesTheFile) {
  const ScratchFolder scratch(test_world());
  const std::string path = scratch.file("read.h5");
  File::create(test_world(), path).close();
  EXPECT_EXIT(close_damaged(path), testing::ExitedWithCode(exit_code(ErrorKind::archive)),
              "blockspin: error: .*the file is damaged");
}

// Ranks wait here for one another: a slow one is no damage.
TEST(CloseCrash, MayTakeAnyTime) {
  const ScratchFolder scratch(test_world());
  const std::string path = scratch.file("read.h5");
  File::create(test_world(), path).close();
  File file = File::open(test_world(), path, Access::read);
  file.close();
  EXPECT_EQ(limit, 0U);
}

} // namespace
} // namespace blockspin::h5
