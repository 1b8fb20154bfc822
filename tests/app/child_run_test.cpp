// How `verify` judges the end of a run that it disturbed, on real processes.

#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>

#include "child_run.hpp"

namespace {

using blockspin::app::ChildRun;
using blockspin::app::Disturbance;
using blockspin::app::disturbance_name;
using blockspin::app::may_end_so;
using blockspin::app::n_disturbances;

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

TEST(ChildRun, ACrashIsNoEndThatCtrlCAskedFor) {
  for (const auto ask : {Disturbance::interrupt_launcher, Disturbance::end_launcher}) {
    for (const int code : {0, 1, 75, 128 + SIGINT, 128 + SIGTERM, 128 + SIGKILL, -SIGINT, -SIGTERM})
      EXPECT_TRUE(may_end_so(ask, code)) << code;
    for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE})
      for (const int code : {128 + signal, -signal}) EXPECT_FALSE(may_end_so(ask, code)) << code;
  }
}

TEST(ChildRun, EveryDisturbanceIsDrawn) {
  for (int i = 0; i < n_disturbances; ++i) EXPECT_NE(disturbance_name(static_cast<Disturbance>(i)), "?");
  EXPECT_EQ(disturbance_name(static_cast<Disturbance>(n_disturbances)), "?");
}

TEST(ChildRun, TellsTheCode) {
  EXPECT_EQ(code_of("true"), 0);
  EXPECT_EQ(code_of("false"), 1);
  EXPECT_EQ(code_of("no-such-launcher"), 127);
}

} // namespace
