// One declaration a key: values, checks, layers, rules, references and the reference page follow from it.

#include "blockspin/deck/schema.hpp"

#include <gtest/gtest.h>

#include "blockspin/deck/reference.hpp"

namespace blockspin::deck {
namespace {

struct ToyDeck {
  std::string sample = "main";
  std::uint64_t epochs = 10;
  double rate = 0.01;
  std::optional<double> step;
  std::vector<std::uint64_t> hidden;
};

const Schema<ToyDeck>& toy_schema() {
  static const Schema<ToyDeck> schema =
      Schema<ToyDeck>("toy", "a section of tests",
                      field("sample", &ToyDeck::sample, "what it reads").refers_to("sample"),
                      field("epochs", &ToyDeck::epochs, "passes").check(at_least(1)).may_grow(),
                      field("rate", &ToyDeck::rate, "step size").check(above(0)).per_layer(),
                      field("step", &ToyDeck::step, "stride").unit("sweeps").check(at_least(1)),
                      field("hidden", &ToyDeck::hidden, "sizes").required().check(between(1, 100)))
          .rule("epochs", [](const Resolved<ToyDeck>& toy) {
            return toy.deck.epochs > 5 && toy.deck.rate > 1 ? "many epochs at a large rate" : "";
          });
  return schema;
}

Resolved<ToyDeck> read(const std::string& body, Problems& problems) {
  const auto document = parse("d.ini", "[toy]\n" + body, problems);
  return toy_schema().read(document.sections.front(), problems);
}

std::string only_problem(const std::string& body) {
  Problems problems;
  read(body, problems);
  if (problems.all().size() != 1) return std::to_string(problems.all().size()) + " problems";
  return problems.all().front().text();
}

TEST(Schema, DefaultsValuesAndLayers) {
  Problems problems;
  const auto toy = read("hidden = 4, 2\nlayer_2.rate = 0.5\nepochs = 20", problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(toy.deck.rate, 0.01);
  EXPECT_EQ(toy.layer(1).rate, 0.01);
  EXPECT_EQ(toy.layer(2).rate, 0.5);
  EXPECT_EQ(toy.layer(2).epochs, 20u);
  const auto values = toy_schema().values(toy);
  EXPECT_EQ(text_of(values, "hidden"), "4, 2");
  EXPECT_EQ(text_of(values, "step"), "auto");
  EXPECT_EQ(text_of(values, "layer_2.rate"), "0.5");
}

TEST(Schema, EveryProblemSaysWhatIsAllowed) {
  EXPECT_EQ(only_problem("hidden = 4\nepoch = 3"),
            "d.ini:3: toy.epoch: is not a key of [toy]; allowed: sample, epochs, rate, step, hidden; "
            "nearest: epochs");
  EXPECT_EQ(only_problem("hidden = 4\nepochs = 0"),
            "d.ini:3: toy.epochs: '0' is out of range; allowed: a whole number, >= 1");
  EXPECT_EQ(only_problem("epochs = 1").substr(0, 53),
            "d.ini:1: toy.hidden: is required and missing; allowed");
  EXPECT_EQ(only_problem("hidden = 4, 101").substr(0, 44), "d.ini:2: toy.hidden: '4, 101' is out of rang");
  EXPECT_EQ(only_problem("hidden = 4\nrate = 2"), "d.ini:1: toy.epochs: many epochs at a large rate");
  EXPECT_EQ(only_problem("hidden = 4\nstep = 0.5").substr(0, 40), "d.ini:3: toy.step: '0.5' is out of range");
  EXPECT_EQ(only_problem("hidden =").substr(0, 34), "d.ini:2: toy.hidden: has no value;");
  EXPECT_EQ(only_problem("hidden = 4\nlayer_2.epochs = 3").substr(0, 53),
            "d.ini:3: toy.layer_2.epochs: is not a key of [toy]; a");
  EXPECT_EQ(only_problem("hidden = 4\nlayer_0.rate = 3").substr(0, 30), "d.ini:3: toy.layer_0.rate: is ");
}

TEST(Schema, References) {
  Problems problems;
  const auto toy = read("hidden = 4\nsample = cold", problems);
  const auto references = toy_schema().references(toy.deck);
  ASSERT_EQ(references.size(), 1u);
  EXPECT_EQ(references[0].what + "." + references[0].name + " " + references[0].key, "sample.cold sample");
}

TEST(Schema, ReferencePageNamesEveryKey) {
  const AnySchema* const schemas[] = {&toy_schema()};
  const std::string page = reference_markdown(schemas);
  for (const KeyInfo& key : toy_schema().keys())
    EXPECT_NE(page.find("| `" + key.name + "` |"), std::string::npos);
  EXPECT_NE(page.find("| `step` | auto | sweeps |"), std::string::npos) << page;
  EXPECT_NE(page.find("may grow with --resume"), std::string::npos);
}

} // namespace
} // namespace blockspin::deck
