// The least and the largest value of every numeric key, one at a time: the run ends well, or with one agreed error that
// says which file or which line of the deck, and never with what only we could understand.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "blockspin/app/command.hpp"
#include "blockspin/app/kinds.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/deck/document.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace blockspin::app {
namespace {

using Texts = std::vector<std::string>;

/// Keys that a key needs beside it to count.
const std::map<std::string, Texts> companions = {{"sample.first", {"temperatures=auto", "last=3", "count=3"}},
                                                 {"sample.last", {"temperatures=auto", "first=1", "count=3"}},
                                                 {"sample.count", {"temperatures=auto", "first=1", "last=3"}},
                                                 {"sample.max_sweeps", {"target_error=energy:0.1"}},
                                                 {"rbm.final_rate", {"schedule=linear", "schedule_epochs=2"}},
                                                 {"rbm.schedule_epochs", {"schedule=linear"}},
                                                 {"rbm.learning_rates", {"schedule=list"}},
                                                 {"rbm.tempering_replicas", {"algorithm=pt"}},
                                                 {"rbm.tempering_beta", {"algorithm=pt"}},
                                                 {"kadanoff.configurations", {"side=6", "block=3"}}};

/// The extremes of a key, if it is a number or a list of numbers.
Texts extremes_of(const deck::KeyInfo& key) {
  if (key.counts_copies || !key.scans.empty()) return {};
  if (key.allowed.find("whole number") != std::string::npos) return {"0", "18446744073709551615"};
  const bool is_real = key.allowed.find("number") != std::string::npos || key.unit == "J/k_B";
  return is_real ? Texts{"4.9e-324", "1e-300", "1e300", "1.7976931348623157e308"} : Texts{};
}

/// How a command ends: nothing, or its error.
std::optional<Error> end_of(const Texts& words) {
  static const auto kinds = stage_kinds();
  try {
    Invocation invocation = read_command_line(words);
    invocation.kinds = kinds;
    invocation.command->together(invocation, test_world());
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  }
}

void expect_understandable(const Error& error, const std::string& what) {
  EXPECT_TRUE(error.agreed()) << what << ": " << error.what();
  const Texts lines = split(error.what(), '\n');
  switch (error.kind()) {
  case ErrorKind::deck:
  case ErrorKind::setting:
    for (const std::string& line : lines)
      EXPECT_TRUE(line.find(".ini:") != std::string::npos || line.starts_with("--set: "))
          << what << ": " << line;
    return;
  case ErrorKind::numerical: EXPECT_FALSE(error.where().empty()) << what << ": " << error.what(); return;
  case ErrorKind::stopped: return;
  default: ADD_FAILURE() << what << ": " << error.what();
  }
}

/// A deck with the head of `document` and its section of a stage under another name.
void write_deck(const std::string& path, const deck::Document& document, const std::string& stage,
                const std::string& name) {
  if (!test_world().is_root()) return;
  std::ofstream file(path);
  for (const deck::Section& section : document.sections) {
    const bool is_head = section.stage == "campaign" || section.stage == "model";
    if (!is_head && section.stage != stage) continue;
    file << "[" << section.stage << (is_head ? "" : "." + name) << "]\n";
    for (const deck::Entry& entry : section.entries) file << entry.key << " = " << entry.value << "\n";
  }
}

/// Into the archive of `document`, which has what the stage reads.
void try_value(const ScratchFolder& scratch, const deck::Document& document, const std::string& stage,
               const std::string& key, const std::string& value) {
  static int n_tried = 0;
  const std::string name = "x" + std::to_string(++n_tried), deck = scratch.file(name + ".ini");
  write_deck(deck, document, stage, name);
  test_world().barrier();
  Texts words{"run", deck, "--resume", "--walltime", "00:00:01"};
  Texts settings{key + "=" + value};
  if (const auto found = companions.find(stage + "." + key); found != companions.end())
    settings.insert(settings.end(), found->second.begin(), found->second.end());
  for (const std::string& setting : settings) {
    words.emplace_back("--set");
    words.push_back(stage + "." + name + "." + setting);
  }
  const auto error = end_of(words);
  if (error) expect_understandable(*error, stage + "." + key + " = " + value);
}

/// The deck of all stages, run to its end in a folder.
deck::Document base_campaign(const std::string& path) {
  if (test_world().is_root()) std::filesystem::copy_file(EXTREMES, path);
  test_world().barrier();
  EXPECT_FALSE(end_of({"run", path}));
  deck::Problems problems;
  return deck::parse(path, deck::read_text(path), problems);
}

TEST(Extremes, EndWellOrWithAnErrorThatUsersUnderstand) {
  const ScratchFolder scratch(test_world());
  const deck::Document base = base_campaign(scratch.file("base.ini"));
  std::size_t n_keys = 0;
  for (const campaign::Kind& kind : stage_kinds()) {
    const std::string& stage = kind.schema->stage();
    if (stage == "import") continue; // has no number
    EXPECT_TRUE(std::ranges::any_of(base.sections, [&](const auto& one) { return one.stage == stage; }))
        << "extremes.ini lacks [" << stage << "]";
    for (const deck::KeyInfo& key : kind.schema->keys()) {
      for (const std::string& value : extremes_of(key)) try_value(scratch, base, stage, key.name, value);
      n_keys += extremes_of(key).empty() ? 0 : 1;
    }
  }
  EXPECT_GT(n_keys, 80u);
}

} // namespace
} // namespace blockspin::app
