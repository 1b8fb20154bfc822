#pragma once
// What a deck section does: one class a section.
// A stage begins like this, in stages/flow.hpp; deck/schema.hpp shows its keys (tests/campaign compiles both):
//     struct FlowDeck {
//       std::string rbm;
//       std::uint64_t walkers = 1000;
//     };
//     class FlowStage : public campaign::StageOf<FlowDeck> {
//     public:
//       using StageOf::StageOf;
//       static const deck::Schema<FlowDeck>& schema(); // its keys
//       static std::vector<archive::Row> rows();       // its datasets
//       static std::vector<rng::StreamId> streams();   // its random numbers, if it draws any
//       void run(campaign::Context& context) override;
//     };
// The program's list of kinds (app/kinds.cpp) has one row for it: kind_of<FlowStage>().

#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "blockspin/archive/layout.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/deck/schema.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rng/streams.hpp"

namespace blockspin::archive {
class Archive;
}

namespace blockspin::campaign {

class Context;
class Divisible;
class Plan;

struct ModelDeck;

/// What another stage must have left, earlier in the deck or in the archive.
struct Reference {
  std::string what;  ///< what it has to provide: "machine"
  std::string name;  ///< "main"
  std::string key;   ///< the deck key it comes from
  std::string group; ///< where it stands or would stand: "/rbm/main"
};

/// What a stage costs, for `check`. Times are of an idle processor; another one takes other times.
struct Estimate {
  double memory_per_rank = 0; ///< bytes, of the fullest rank
  double archive_bytes = 0;
  double work = 0;       ///< in work_unit
  std::string work_unit; ///< "spin updates", "samples"
  double seconds = 0;    ///< on one core of a recent machine, all ranks' work summed; 0 where unknown
  double n_parts = 1e9;  ///< parts that the ranks share; 1 where every rank does all of it
  std::string layout;    ///< how the ranks divide the work: "2 x 25 temperatures"

  /// Seconds that pass on so many ranks: those of the rank with the most parts.
  double seconds_on(int n_ranks) const { return seconds / n_parts * std::ceil(n_parts / n_ranks); }
};

/// One of the steppers that a stage runs, in order.
struct Part {
  std::string name; ///< as Context::run_stepper() has it: "", or of several "layer 2 above 10"
  /// By name what parts before it became by, as far as keys that may change say it. Its work from others is passed over.
  std::map<std::string, std::string> rests_on = {};
};

class Stage;

/// Reports what is wrong at the keys of a stage, from Stage::look and Stage::check. Local; the same on every rank.
class Complain {
public:
  Complain(const Stage& stage, deck::Problems& problems) : stage_(stage), problems_(problems) {}
  /// Something about the key's value.
  void operator()(const std::string& key, const std::string& what, const std::string& allowed) const;
  /// Something about the file that the key names; `what` begins with its path.
  void of_file(const std::string& key, const std::string& what) const;
  /// Whether `action` does its work, which throws agreed errors about the file that the key names.
  template <class Action>
  bool reads(const std::string& key, Action&& action) const {
    try {
      action();
      return true;
    } catch (const Error& error) {
      if (!error.agreed() || error.kind() != ErrorKind::archive) throw;
      of_file(key, error.what());
      return false;
    }
  }

private:
  const Stage& stage_;
  deck::Problems& problems_;
};

/// One instance of a deck section. Members but run() are local and give the same on every rank.
class Stage {
public:
  Stage(deck::Section section, deck::ResolvedValues values)
      : section_(std::move(section)), values_(std::move(values)) {}
  virtual ~Stage() = default;

  const std::string& kind() const { return section_.stage; }
  const std::string& name() const { return section_.name; }
  std::string group() const { return "/" + kind() + "/" + name(); }
  /// "flow.main": what random streams and messages call it.
  std::string label() const { return kind() + "." + name(); }
  const deck::Section& section() const { return section_; }
  /// Its keys with their values, and what else it rests on that is not in the deck (a file's hash).
  const deck::ResolvedValues& values() const { return values_; }
  /// Whether a larger value of some key would continue this stage.
  bool may_grow() const;
  /// Why this key, which may grow, must not grow in this deck ("the linear schedule depends on the total
  /// length"), or empty.
  virtual std::string growth_refusal(const std::string& /*key*/) const { return {}; }

  /// Whether a change of `key` ("l1", of a layer "layer_2.l1") since `before`, this stage as it ended then, changes
  /// nothing of what that has done: a learning rate of epochs that were not reached. What is complete stays then,
  /// and a longer run goes on with the new value.
  virtual bool concerns_the_future(const std::string& /*key*/, const Stage& /*before*/) const {
    return false;
  }
  /// Of such a change, what a longer run leaves out of what is complete: "the snapshots after epochs 2, 4"; else empty.
  virtual std::string left_out(const std::string& /*key*/, const Stage& /*before*/) const { return {}; }
  /// The keys (of layers too, without the layer's number) whose values an unfinished run may change, as far as they
  /// concern its future. The state of its stepper knows: check_state() refuses where they do not.
  virtual std::vector<std::string> keys_of_the_future() const { return {}; }

  /// The steppers that go on from their checkpoints where a key has grown, or one of the future has changed. A stage
  /// of several names them all.
  virtual std::vector<Part> parts() const { return {Part{}}; }
  /// What a run would refuse of the state of parts()[part], without going on with it: throws an agreed
  /// ErrorKind::setting, "key: why". `changed`: the keys of the future that have another value since. Collective.
  virtual void check_state(std::size_t /*part*/, StateSource& /*source*/,
                           const std::vector<std::string>& /*changed*/) const {}
  /// For check_state(): the value of `key` is less than what is done.
  [[noreturn]] void refuse_as_beyond(const std::string& key) const;

  /// Which meaning the states of this stage's checkpoints have. A change of what a stepper saves raises it: then
  /// checkpoints of before are passed over, and the stage begins anew.
  virtual unsigned state_version() const { return 1; }

  /// The deck's line and word for a key: where it stands, or the section where it is left at its default.
  deck::Problem problem_at(const std::string& key, std::string what) const;
  /// What is asked of the file system before the deck is checked: an import looks at its file. Collective.
  virtual void look(const mpi::Communicator& comm, const Plan& plan, const Complain& complain);
  /// Everything this stage reads. The default: what its reference keys say. Where a key left at `auto` means
  /// another stage's value (the rbm's sample), override and add it, asking the plan.
  virtual std::vector<Reference> references(const Plan& plan) const = 0;
  /// The model this stage's results are of, its own or that of what it reads; null where no model enters
  /// them. The archive records it, and only such a stage is stale when the model changes.
  virtual std::optional<ModelDeck> model(const Plan& plan) const;
  /// Checks that need more than the stage's own keys: the model, what it refers to. Only called when every
  /// reference was found.
  virtual void check(const Plan& plan, const Complain& complain) const;
  virtual Estimate estimate(const Plan& plan, int n_ranks) const;
  /// Does the work and writes the group. Collective.
  virtual void run(Context& context) = 0;
  /// This stage as one that a group of the ranks can work at, or null (campaign/divisible.hpp).
  virtual Divisible* divisible() { return nullptr; }

protected:
  /// Adds something the results rest on to values().
  void rest_on(deck::ResolvedValue value) { values_.push_back(std::move(value)); }

private:
  deck::Section section_;
  deck::ResolvedValues values_;
};

/// A reference by its parts; the plan tells the group. Local.
Reference reference_to(const Plan& plan, const std::string& what, const std::string& name,
                       const std::string& key);

/// A stage whose section is read into D.
template <class D>
class StageOf : public Stage {
public:
  using Deck = D;
  StageOf(deck::Section section, const deck::Schema<D>& schema, deck::Resolved<D> resolved)
      : Stage(std::move(section), schema.values(resolved)), schema_(schema), resolved_(std::move(resolved)) {}

  std::vector<Reference> references(const Plan& plan) const override {
    std::vector<Reference> all;
    for (const auto& [what, name, key] : schema_.references(resolved_.deck))
      all.push_back(reference_to(plan, what, name, key));
    return all;
  }

protected:
  const deck::Resolved<D>& resolved() const { return resolved_; }
  const D& deck() const { return resolved_.deck; }
  /// The deck of layer `k`, from 1: with `layer_k.` keys applied.
  const D& layer(std::size_t k) const { return resolved_.layer(k); }

private:
  const deck::Schema<D>& schema_;
  deck::Resolved<D> resolved_;
};

} // namespace blockspin::campaign
