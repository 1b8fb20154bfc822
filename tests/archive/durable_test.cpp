// What the file operations of an archive delete, and what they leave alone.

#include "durable.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace blockspin::archive {
namespace {

namespace fs = std::filesystem;

class Durable : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "blockspin-durable-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  std::string make(const std::string& path) const {
    std::ofstream(path) << "content";
    return path;
  }

  std::string folder_;
};

TEST_F(Durable, LeftoversAreTemporaryFilesOfThisName) {
  const std::string path = file("run.h5");
  const std::string own = make(temporary_name(path)),
                    of_checkpoint = make(temporary_name(path + ".checkpoint-rbm.V-1"));
  const std::string of_other = make(temporary_name(file("run.h55"))), precious = make(file("precious.txt"));
  remove_leftovers(path);
  EXPECT_FALSE(fs::exists(own));
  EXPECT_FALSE(fs::exists(of_checkpoint));
  EXPECT_TRUE(fs::exists(of_other));
  EXPECT_TRUE(fs::exists(precious));
}

TEST_F(Durable, AFolderHasNoLeftovers) {
  const std::string precious = make(file("precious.txt")), of_other = make(temporary_name(file("run.h5")));
  const std::string of_no_name = make(temporary_name(file("")));
  for (const std::string path : {folder_ + "/", folder_ + "//", folder_ + "/.", folder_ + "/.."})
    remove_leftovers(path);
  for (const std::string& path : {precious, of_other, of_no_name}) EXPECT_TRUE(fs::exists(path)) << path;
}

} // namespace
} // namespace blockspin::archive
