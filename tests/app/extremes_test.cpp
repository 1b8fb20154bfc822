// The least and the largest value of every numeric key, one at a time: the run ends well, or with one agreed error that
// says which file or which line of the deck, and never with what only we could understand. What takes longer than a
// second is stopped and resumed, and must come further.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "blockspin/app/command.hpp"
#include "blockspin/app/kinds.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
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

/// At work for ever, and never further.
class Standstill final : public Stepper {
public:
  bool done() const override { return false; }
  void advance() override {}
  double work_done() const override { return 0.0; }
  double work_total() const override { return 1.0; }
  void save(StateSink& sink) const override { sink.replicated("n", std::uint64_t{0}); }
  void load(StateSource& source) override {
    std::uint64_t n = 0;
    source.replicated("n", n);
  }
};

struct NoKeys {};

class StandstillStage : public campaign::StageOf<NoKeys> {
public:
  using StageOf::StageOf;
  static std::vector<archive::Row> rows() { return {}; }
  static const deck::Schema<NoKeys>& schema() {
    static const deck::Schema<NoKeys> all("standstill", "hangs");
    return all;
  }
  void run(campaign::Context& context) override {
    Standstill stepper;
    context.run_stepper(stepper);
  }
};

/// Those of the program, and one that hangs.
const std::vector<campaign::Kind>& kinds() {
  static const auto all = [] {
    auto kinds = stage_kinds();
    kinds.push_back(campaign::kind_of<StandstillStage>());
    return kinds;
  }();
  return all;
}

/// How a command ends: nothing, or its error.
std::optional<Error> end_of(const Texts& words) {
  try {
    Invocation invocation = read_command_line(words);
    invocation.kinds = kinds();
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
  default: ADD_FAILURE() << what << ": " << error.what();
  }
}

/// What the checkpoints of a stage hold; on the root.
std::set<std::string> states_of(const ScratchFolder& scratch, const std::string& label) {
  std::set<std::string> states;
  if (!test_world().is_root()) return states;
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path()))
    if (entry.path().string().find(".checkpoint-" + label) != std::string::npos) {
      std::ifstream file(entry.path(), std::ios::binary);
      states.emplace(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  return states;
}

/// "after 12.5 % of the work" of a stop.
double percent_of(const Error& stopped) {
  const std::string words = stopped.what(), before = " after ";
  const std::size_t at = words.find(before);
  return at == std::string::npos ? 0.0 : std::stod(words.substr(at + before.size()));
}

/// `blockspin run` for so many seconds.
Texts run_for(std::size_t seconds, const std::string& deck, const Texts& settings) {
  Texts words{"run", deck, "--resume", "--walltime",
              "00:00:" + std::string(seconds < 10 ? "0" : "") + std::to_string(seconds)};
  for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
  return words;
}

/// Runs a deck for a second, and goes on where it is stopped, longer each time, until it has come further than it was
/// when it was first stopped, or it ends: the error, if it does not come further that of the last stop.
std::optional<Error> end_or_progress(const ScratchFolder& scratch, const std::string& label,
                                     const std::string& deck, const Texts& settings, std::size_t most_runs) {
  std::optional<Error> error = end_of(run_for(1, deck, settings));
  const auto first = states_of(scratch, label);
  for (std::size_t i = 1; i < most_runs; ++i) {
    if (!error || error->kind() != ErrorKind::stopped) return error;
    EXPECT_LE(percent_of(*error), 100.0) << error->what();
    error = end_of(run_for(1 + i, deck, settings));
    const auto states = states_of(scratch, label);
    const bool further = !std::ranges::includes(first, states);
    if (test_world().max(further ? 1 : 0) == 1 && error && error->kind() == ErrorKind::stopped)
      return std::nullopt;
  }
  return error;
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

constexpr std::size_t most_runs = 20;

/// Into the archive of `document`, which has what the stage reads.
void try_value(const ScratchFolder& scratch, const deck::Document& document, const std::string& stage,
               const std::string& key, const std::string& value) {
  static int n_tried = 0;
  const std::string name = "x" + std::to_string(++n_tried), deck = scratch.file(name + ".ini");
  write_deck(deck, document, stage, name);
  test_world().barrier();
  Texts settings{key + "=" + value};
  if (const auto found = companions.find(stage + "." + key); found != companions.end())
    settings.insert(settings.end(), found->second.begin(), found->second.end());
  const std::string label = stage + "." + name;
  for (std::string& setting : settings) setting.insert(0, label + ".");
  const auto error = end_or_progress(scratch, label, deck, settings, most_runs);
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

/// So many sweeps that their product is 0 in 64 bits: a run of them is not done at once.
TEST(Extremes, NumbersWhoseProductWrapsRound) {
  const ScratchFolder scratch(test_world());
  const deck::Document base = base_campaign(scratch.file("base.ini"));
  for (const std::string stage : {"sample", "mcrg"}) {
    const std::string deck = scratch.file(stage + ".ini");
    write_deck(deck, base, stage, "long");
    test_world().barrier();
    const auto error = end_of(run_for(1, deck, {stage + ".long.interval=9223372036854775808"}));
    ASSERT_TRUE(error && error->kind() == ErrorKind::stopped)
        << stage << (error ? error->what() : " is done");
    EXPECT_LT(percent_of(*error), 1.0) << error->what();
  }
}

/// The twin: what is at work for ever, and comes no further, is found.
TEST(Extremes, AStandstillIsFound) {
  const ScratchFolder scratch(test_world());
  const std::string deck = scratch.file("deck.ini");
  if (test_world().is_root())
    std::ofstream(deck) << "[campaign]\narchive = run.h5\nseed = 1\n[model]\nlattice = 4x4\n[standstill]\n";
  test_world().barrier();
  const auto error = end_or_progress(scratch, "standstill.main", deck, {}, 3);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::stopped) << error->what();
}

} // namespace
} // namespace blockspin::app
