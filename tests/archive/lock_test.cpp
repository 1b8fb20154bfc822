// The lock beside an archive says who owns it at every moment, also between two calls of the system: whoever is killed
// there leaves a lock that the next run takes over.

#include "blockspin/archive/lock.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <set>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "durable.hpp"

namespace {

std::function<void()> look;        ///< before and after each call below
std::function<int(int)> link_ends; ///< how link() ends that really ended so

template <class Function>
Function* library(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

template <class Call>
auto watched(Call&& call) {
  if (look) look();
  const auto result = call();
  const int code = errno;
  if (look) look();
  errno = code;
  return result;
}

} // namespace

// These stand in front of the library's own.
extern "C" int ftruncate(int descriptor, off_t length) noexcept {
  static auto* const own = library<int(int, off_t)>("ftruncate");
  return watched([&] { return own(descriptor, length); });
}
extern "C" ssize_t pwrite(int descriptor, const void* data, size_t n, off_t offset) {
  static auto* const own = library<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return watched([&] { return own(descriptor, data, n, offset); });
}
extern "C" int flock(int descriptor, int operation) noexcept {
  static auto* const own = library<int(int, int)>("flock");
  return watched([&] { return own(descriptor, operation); });
}
extern "C" int link(const char* from, const char* to) noexcept {
  static auto* const own = library<int(const char*, const char*)>("link");
  return watched([&] { return link_ends ? link_ends(own(from, to)) : own(from, to); });
}

namespace blockspin::archive {
namespace {

namespace fs = std::filesystem;

class LockTest : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "blockspin-lock-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    archive_ = folder_ + "/run.h5";
    lock_ = archive_ + ".lock";
  }
  void TearDown() override {
    look = nullptr;
    link_ends = nullptr;
    fs::remove_all(folder_);
  }

  std::string owner() const {
    std::ifstream file(lock_);
    std::string line;
    std::getline(file, line);
    return line;
  }
  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_)) all.insert(entry.path().filename().string());
    return all;
  }
  /// From now on the lock, where it stands, must say whose it is.
  void watch() {
    look = [this] {
      ++n_looks_;
      if (fs::exists(lock_)) EXPECT_TRUE(owner().starts_with("host ")) << "'" << owner() << "'";
    };
  }

  std::string folder_, archive_, lock_;
  int n_looks_ = 0;
};

const std::string our_process = ", process " + std::to_string(getpid());

TEST_F(LockTest, ANewOneHasAnOwnerWhenItAppears) {
  watch();
  Lock lock = Lock::acquire(archive_, 0.0);
  EXPECT_GE(n_looks_, 8) << "a call was not watched";
  EXPECT_TRUE(owner().ends_with(our_process)) << owner();
  EXPECT_EQ(names(), std::set<std::string>{"run.h5.lock"});
  EXPECT_TRUE(holder_of(archive_));
  lock.release();
  EXPECT_TRUE(names().empty());
}

TEST_F(LockTest, OneThatIsTakenOverAlwaysHasAnOwner) {
  for (const std::string& host : {std::string("a"), std::string(200, 'a')}) { // shorter and longer than ours
    std::ofstream(lock_) << "host " << host << ", process 1\n";
    watch();
    const Lock lock = Lock::acquire(archive_, 0.0);
    EXPECT_GE(n_looks_, 4) << "a call was not watched";
    look = nullptr;
    EXPECT_TRUE(owner().ends_with(our_process)) << owner();
    EXPECT_EQ(fs::file_size(lock_), owner().size() + 1);
  }
}

TEST_F(LockTest, WhereFilesHaveOneName) {
  for (const int code : {EPERM, EOPNOTSUPP}) {
    link_ends = [&](int) {
      unlink(lock_.c_str());
      errno = code;
      return -1;
    };
    const Lock lock = Lock::acquire(archive_, 0.0);
    EXPECT_TRUE(owner().ends_with(our_process)) << owner();
    EXPECT_EQ(names(), std::set<std::string>{"run.h5.lock"});
  }
}

TEST_F(LockTest, AnAnswerThatTheNetworkLost) {
  link_ends = [](int) {
    errno = EEXIST;
    return -1;
  };
  const Lock lock = Lock::acquire(archive_, 0.0);
  EXPECT_TRUE(owner().ends_with(our_process)) << owner();
}

TEST_F(LockTest, AnotherNameOfOurFileIsNoLock) {
  const Lock holder = Lock::acquire(archive_, 0.0);
  link_ends = [&](int end) {
    const int code = errno;
    for (const std::string& name : names()) // what copies folders by links may do at any time
      if (name.find(".tmp-") != std::string::npos)
        library<int(const char*, const char*)>("link")((folder_ + "/" + name).c_str(),
                                                       (folder_ + "/copy").c_str());
    errno = code;
    return end;
  };
  EXPECT_ANY_THROW(Lock::acquire(archive_, 0.0));
  EXPECT_TRUE(fs::exists(folder_ + "/copy")) << "no name was added";
}

TEST_F(LockTest, WhatAKilledRunLeftGoes) {
  const std::string process = digits_of("another host and process");
  std::ofstream(lock_ + ".tmp-" + process + "-" + digits_of("run.h5.lock" + process))
      << "host a, process 1\n";
  const Lock lock = Lock::acquire(archive_, 0.0);
  EXPECT_EQ(names(), std::set<std::string>{"run.h5.lock"});
}

TEST_F(LockTest, ItsHolderMayTakeANewOneForALeftover) {
  std::optional<Lock> holder = Lock::acquire(archive_, 0.0);
  link_ends = [&](int) {
    link_ends = nullptr;
    holder.reset();
    errno = ENOENT;
    return -1;
  };
  const Lock lock = Lock::acquire(archive_, 5.0);
  EXPECT_TRUE(owner().ends_with(our_process)) << owner();
}

TEST_F(LockTest, NoFolder) { EXPECT_ANY_THROW(Lock::acquire(folder_ + "/absent/run.h5", 0.0)); }

} // namespace
} // namespace blockspin::archive
