// The program with one stage more: what it takes to add a stage. toy_test.py runs it.

#include <cstdlib>

#include "blockspin/app/kinds.hpp"
#include "blockspin/app/program.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/campaign/context.hpp"

namespace blockspin {
namespace {

struct ToyDeck {
  std::uint64_t terms = 10;
  bool forget_a_row = false;
  bool forget_a_stream = false;
};

/// 1 + 2 + ... + n, a term a step.
class Sum final : public Stepper {
public:
  explicit Sum(std::uint64_t n) : n_(n) {}
  std::uint64_t value() const { return value_; }
  bool done() const override { return next_ > n_; }
  void advance() override { value_ += next_++; }
  double work_done() const override { return static_cast<double>(next_ - 1); }
  double work_total() const override { return static_cast<double>(n_); }
  void save(StateSink& sink) const override {
    sink.replicated("next", next_);
    sink.replicated("value", value_);
  }
  void load(StateSource& source) override {
    source.replicated("next", next_);
    source.replicated("value", value_);
  }

private:
  std::uint64_t n_, next_ = 1, value_ = 0;
};

class ToyStage : public campaign::StageOf<ToyDeck> {
public:
  using StageOf::StageOf;
  static const deck::Schema<ToyDeck>& schema() {
    using deck::field;
    static const deck::Schema<ToyDeck> all(
        "toy", "adds up the first whole numbers",
        field("terms", &ToyDeck::terms, "how many numbers are added").may_grow(),
        field("forget_a_row", &ToyDeck::forget_a_row, "write a dataset that no row declares"),
        field("forget_a_stream", &ToyDeck::forget_a_stream, "draw from a stream that is not declared"));
    return all;
  }
  static std::vector<archive::Row> rows() {
    return {{"sum", ElementType::u64, {}, "1", "sum of the first whole numbers"},
            {"lot", ElementType::u64, {}, "1", "a random number"}};
  }
  static std::vector<rng::StreamId> streams() { return {rng::StreamId::test}; }
  /// As a later build of the program would say that its states have another meaning.
  unsigned state_version() const override { return std::getenv("TOY_IS_LATER") != nullptr ? 2 : 1; }
  void run(campaign::Context& context) override {
    Sum sum(deck().terms);
    context.run_stepper(sum);
    const auto purpose = deck().forget_a_stream ? rng::StreamId::bench : rng::StreamId::test;
    const rng::Generator random = context.random(purpose, label());
    archive::StageWriter writer = context.begin_writing();
    writer.write_scalar("sum", sum.value());
    writer.write_scalar("lot", random.word(0, 0));
    if (deck().forget_a_row) writer.write_scalar("product", std::uint64_t{0});
    writer.commit();
  }
};

} // namespace
} // namespace blockspin

int main(int argc, char** argv) {
  auto kinds = blockspin::app::stage_kinds();
  kinds.push_back(blockspin::campaign::kind_of<blockspin::ToyStage>());
  return blockspin::app::run_program(argc, argv, kinds);
}
