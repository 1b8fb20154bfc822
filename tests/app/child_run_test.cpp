// How `verify` judges the end of a run that it disturbed, on real processes.

#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>

#include "child_run.hpp"

namespace {

using blockspin::app::ChildRun;
using blockspin::app::Disturbance;
using blockspin::app::may_end_so;

/// The code of a "launcher" that does this; it is given the arguments of mpirun, and ignores them.
int code_of(const std::string& script) {
  setenv("BLOCKSPIN_MPIRUN", script.c_str(), 1);
  ChildRun run(1, {}, "/dev/null");
  const auto code = run.wait(30);
  unsetenv("BLOCKSPIN_MPIRUN");
  return code.value_or(-1000);
}

TEST(ChildRun, WhatAStopMayEndWith) {
  for (const int code : {0, 75, 128 + SIGUSR1, -SIGUSR1})
    EXPECT_TRUE(may_end_so(Disturbance::signal_launcher, code)) << code;
  for (const int code : {1, 2, 3, 4, 5, 128 + SIGSEGV, 128 + SIGABRT, -SIGSEGV, -SIGKILL})
    EXPECT_FALSE(may_end_so(Disturbance::signal_launcher, code)) << code;
  for (const auto kill : {Disturbance::kill_one_rank, Disturbance::kill_launcher, Disturbance::kill_all})
    EXPECT_TRUE(may_end_so(kill, 128 + SIGKILL));
}

TEST(ChildRun, TellsTheCode) {
  EXPECT_EQ(code_of("true"), 0);
  EXPECT_EQ(code_of("false"), 1);
  EXPECT_EQ(code_of("no-such-launcher"), 127);
}

} // namespace
