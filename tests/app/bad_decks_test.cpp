// Every deck of bad_decks/ ends in exit code 3 and its expected messages, the same on every rank, with no
// archive made. A line `#! text` of a deck says that one message holds the text; there are as many messages
// as such lines.

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "blockspin/app/command.hpp"
#include "blockspin/app/kinds.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace blockspin::app {
namespace {

std::vector<std::string> decks() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(BAD_DECKS))
    paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> expected_messages(const std::string& path) {
  std::vector<std::string> expected;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("#! ")) expected.push_back(line.substr(3));
  return expected;
}

/// The error a deck ends in, by `run` or `check`.
std::string error_of(const std::string& command, const std::string& path) {
  try {
    static const auto kinds = stage_kinds();
    Invocation invocation = read_command_line({command, path});
    invocation.kinds = kinds;
    invocation.command->together(invocation, test_world());
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), 3) << path;
    EXPECT_TRUE(error.agreed()) << path;
    return error.what();
  }
  return "";
}

TEST(BadDecks, EachSaysWhatIsWrong) {
  const ScratchFolder scratch(test_world());
  for (const std::string& source : decks()) {
    const std::string path = scratch.file(std::filesystem::path(source).filename());
    if (test_world().is_root()) std::filesystem::copy_file(source, path);
    test_world().barrier();
    const auto expected = expected_messages(source);
    EXPECT_FALSE(expected.empty()) << source;
    for (const std::string command : {"run", "check"}) {
      const std::string text = error_of(command, path);
      const auto messages = split(text, '\n');
      EXPECT_EQ(messages.size(), expected.size()) << command << " " << source << "\n" << text;
      for (const std::string& wanted : expected)
        EXPECT_EQ(
            std::count_if(messages.begin(), messages.end(),
                          [&](const std::string& line) { return line.find(wanted) != std::string::npos; }),
            1)
            << command << " " << source << ": '" << wanted << "' in\n"
            << text;
    }
  }
  test_world().barrier();
  EXPECT_FALSE(std::filesystem::exists(scratch.file("bad.h5")));
}

TEST(BadDecks, AreMany) { EXPECT_GE(decks().size(), 40u); }

TEST(BadDecks, MissingOrUnreadableDeck) {
  const ScratchFolder scratch(test_world());
  EXPECT_NE(error_of("run", scratch.file("absent.ini")).find("absent.ini"), std::string::npos);
  EXPECT_NE(error_of("run", scratch.path()).find("is a directory"), std::string::npos);
}

} // namespace
} // namespace blockspin::app
