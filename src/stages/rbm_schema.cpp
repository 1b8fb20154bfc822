// [rbm]: its keys.

#include <algorithm>

#include "blockspin/base/text.hpp"
#include "blockspin/stages/rbm.hpp"

namespace blockspin::stages {

namespace {

using Resolved = deck::Resolved<RbmDeck>;

/// Applies a condition to the deck of every layer.
std::function<std::string(const Resolved&)> in_every_layer(std::string (*wrong)(const RbmDeck&)) {
  return [wrong](const Resolved& resolved) {
    std::string text = wrong(resolved.deck);
    for (const auto& [number, layer] : resolved.layers)
      if (text.empty()) text = wrong(layer);
    return text;
  };
}

bool tempers(const RbmDeck& deck) { return deck.algorithm == train::Algorithm::pt; }

bool falls(const RbmDeck& deck) {
  return deck.schedule == train::Schedule::linear || deck.schedule == train::Schedule::cosine;
}

std::string wrong_schedule(const RbmDeck& deck) {
  using train::Schedule;
  if (falls(deck) && deck.schedule_epochs == 0)
    return "needs schedule_epochs, the epochs until final_rate is reached";
  if (deck.schedule == Schedule::list && deck.learning_rates.empty()) return "needs learning_rates";
  if (deck.schedule != Schedule::list && !deck.learning_rates.empty())
    return "learning_rates is set, but schedule is not list";
  if (!falls(deck) && deck.schedule_epochs != 0)
    return "schedule_epochs is set, but schedule is neither linear nor cosine";
  return {};
}

std::string wrong_layers(const Resolved& resolved) {
  for (const auto& [number, layer] : resolved.layers)
    if (number > resolved.deck.hidden.size())
      return "names " + counted(resolved.deck.hidden.size(), "layer") + ", but layer_" +
             std::to_string(number) + " has keys";
  return {};
}

std::string wrong_centring(const RbmDeck& deck) {
  return deck.centred && !deck.bias
             ? "is on, which needs bias = on: biases take up what the offsets of units move"
             : "";
}

std::string wrong_reconstruction(const RbmDeck& deck) {
  if (deck.reconstruction == train::Reconstruction::mean_field && deck.algorithm != train::Algorithm::cd)
    return "is mean_field, which needs algorithm = cd: persistent chains are sampled";
  return {};
}

std::string wrong_precision(const Resolved& resolved) {
  for (std::size_t k = 1; k <= resolved.deck.hidden.size(); ++k) {
    const auto precision = resolved.layer(k).precision;
    if (!precision || *precision == rbm::Precision::float32) continue;
    const std::string why = real_visible_units(resolved, k);
    if (!why.empty()) return "takes visible units by their values, but " + why;
  }
  return {};
}

std::string wrong_optimiser(const RbmDeck& deck) {
  if (deck.optimiser == train::OptimiserKind::adam && deck.momentum != 0.0)
    return "is set, but adam has moments of its own";
  return {};
}

/// A rule: a value other than the default must count in a layer, which it does where `counts`.
template <class T>
std::function<std::string(const Resolved&)> only_where(T RbmDeck::*key, bool (*counts)(const RbmDeck&),
                                                       const std::string& what) {
  return [=](const Resolved& resolved) -> std::string {
    const auto has_effect = [&](const T& value) {
      for (std::size_t k = 1; k <= resolved.deck.hidden.size(); ++k)
        if (counts(resolved.layer(k)) && resolved.layer(k).*key == value) return true;
      return value == RbmDeck{}.*key;
    };
    bool all = has_effect(resolved.deck.*key);
    for (const auto& [number, layer] : resolved.layers) all = all && has_effect(layer.*key);
    return all ? std::string() : "is set, but has no effect without " + what;
  };
}

/// Weights that begin as another machine's are not drawn.
std::string wrong_initial_std(const Resolved& resolved) {
  if (!resolved.deck.start && !resolved.deck.start_file) return {};
  bool is_set = resolved.deck.initial_std != RbmDeck{}.initial_std;
  for (const auto& [number, layer] : resolved.layers)
    is_set = is_set || layer.initial_std != RbmDeck{}.initial_std;
  return is_set ? std::string("is set, but has no effect beside ") +
                      (resolved.deck.start ? "start" : "start_file")
                : std::string();
}

std::string wrong_start_epoch(const Resolved& resolved) {
  return resolved.deck.start_epoch && !resolved.deck.start ? "is set, but has no effect without start" : "";
}

std::string wrong_start_file(const Resolved& resolved) {
  if (!resolved.deck.start_file) return {};
  if (resolved.deck.start) return "is set beside start, and weights can start from one of them only";
  return resolved.deck.hidden.size() > 1 ? "holds one layer, and the machine has several" : "";
}

std::string wrong_start_group(const Resolved& resolved) {
  return resolved.deck.start_group && !resolved.deck.start_file
             ? "is set, but has no effect without start_file"
             : "";
}

std::string wrong_snapshots(const RbmDeck& deck) {
  const bool increasing =
      std::ranges::adjacent_find(deck.snapshots, std::greater_equal<>()) == deck.snapshots.end();
  return increasing ? std::string() : "must increase strictly";
}

} // namespace

std::string real_visible_units(const Resolved& resolved, std::size_t layer) {
  if (resolved.layer(layer).reconstruction == train::Reconstruction::mean_field)
    return "reconstruction is mean_field; allowed: auto, float32";
  if (layer > 1 && resolved.deck.stack_input == train::StackInput::probabilities)
    return "layer " + std::to_string(layer) + " learns probabilities; set stack_input = samples, or layer_" +
           std::to_string(layer) + ".precision = float32";
  return {};
}

const deck::Schema<RbmDeck>& RbmStage::schema() {
  using namespace deck;
  using D = RbmDeck;
  static const Schema<D> schema =
      Schema<D>(
          "rbm", "trains a restricted Boltzmann machine, or a stack of them layer by layer",
          field("sample", &D::sample, "the configurations to learn").refers_to(an_ensemble),
          field("temperatures", &D::temperatures, "temperatures of the sample to learn; auto: all of them")
              .unit("J/k_B"),
          field(
              "control", &D::control,
              "configurations learnt instead, that know no lattice: each with its sites in a random order of "
              "its own (shuffled_sites), or each spin drawn anew, up with the share of up spins in its "
              "configuration (independent)"),
          field("hidden", &D::hidden, "hidden units, layer by layer: 64, or 400,100,25")
              .required()
              .check(between(1, 1 << 20)),
          field("units", &D::units, "values of every unit: spin = -1, +1; binary = 0, 1"),
          field("bias", &D::bias, "whether units have biases"),
          field(
              "centred", &D::centred,
              "whether the gradient is that of units less their mean over the data: then it does not depend on how "
              "units are written, as spin or binary")
              .per_layer(),
          field("algorithm", &D::algorithm,
                "where the negative phase comes from: chains from the data (cd), persistent chains (pcd), "
                "persistent chains with replicas at higher temperatures of the machine (pt)")
              .per_layer(),
          field("gibbs_steps", &D::gibbs_steps, "Gibbs steps of the chains an update")
              .check(between(1, 100000))
              .per_layer(),
          field("optimiser", &D::optimiser, "plain gradient steps with momentum, or Adam").per_layer(),
          field("learning_rate", &D::learning_rate, "size of a step").check(above(0)).per_layer(),
          field("schedule", &D::schedule,
                "the learning rate over the epochs: constant, falling to final_rate linearly or as a cosine, "
                "or a list")
              .per_layer(),
          field("final_rate", &D::final_rate, "learning rate at the end of a linear or cosine schedule")
              .check(at_least(0))
              .per_layer(),
          field("schedule_epochs", &D::schedule_epochs, "epochs a linear or cosine schedule takes")
              .unit("epochs")
              .per_layer(),
          field("learning_rates", &D::learning_rates,
                "schedule = list: the learning rate of each epoch, the last one from then on")
              .default_text("none")
              .check(above(0))
              .per_layer(),
          field("momentum", &D::momentum, "m <- momentum m + gradient; step = learning_rate m")
              .check(from_below(0, 1))
              .per_layer(),
          field("batch", &D::batch, "configurations of an update").check(between(1, 1 << 20)).per_layer(),
          field("epochs", &D::epochs, "passes over the data")
              .check(at_least(0))
              .unit("epochs")
              .may_grow()
              .per_layer(),
          field("l1", &D::l1, "what an update takes off each weight's magnitude, stopping at zero")
              .check(at_least(0))
              .per_layer(),
          field("l1_scaling", &D::l1_scaling, "whether l1 is taken off as it is, or times the learning rate")
              .per_layer(),
          field("l2", &D::l2, "weight decay: gradient - l2 w").check(at_least(0)).per_layer(),
          field("initial_std", &D::initial_std,
                "standard deviation of the initial weights; biases start at 0")
              .check(at_least(0))
              .per_layer(),
          field("start", &D::start,
                "a machine of the same shape and units, whose weights and biases are the initial ones, layer "
                "by layer; its learning rates, moments and chains are not taken over; none: random weights")
              .refers_to(a_machine, {"none"}),
          field("start_epoch", &D::start_epoch,
                "epoch of a snapshot of `start`; auto: its weights at the end")
              .unit("epochs"),
          field("start_file", &D::start_file,
                "initial weights that another program wrote, of one layer: a .npy or text file [visible, "
                "hidden], whose biases are 0; or an HDF5 file with datasets weights, visible_bias and "
                "hidden_bias; relative to the deck's folder")
              .check_whole([](const auto& path) { return !path || deck::is_literal_path(*path); },
                           std::string("none, or ") + deck::literal_path),
          field("start_group", &D::start_group,
                "the group of an HDF5 start_file that has these datasets, such as rbm/V/layer_1 of another "
                "archive; none: the file itself"),
          field("reconstruction", &D::reconstruction,
                "visible units of chains from the data: sampled, or their means")
              .per_layer(),
          field("precision", &D::precision,
                "weights in the products with units: as they are, or rounded to the sum of two bfloat16 "
                "numbers, or to one; sums and the trained parameters are float32; auto: two terms where the "
                "processor has matrix units (AMX) and the layer learns values of units, else float32; only "
                "with float32 has a machine the same bytes on processors of different kinds")
              .per_layer(),
          field("stack_input", &D::stack_input,
                "what a layer of a stack learns of the layer below: hidden probabilities, or samples"),
          field("tempering_replicas", &D::tempering_replicas,
                "pt: replicas of each chain, one at each temperature of its ladder, with the machine's own")
              .check(between(2, 1000))
              .per_layer(),
          field("tempering_beta", &D::tempering_beta,
                "pt: inverse temperature of the hottest replica; the machine's is 1")
              .check(from_below(0, 1))
              .per_layer(),
          field(
              "weight_limit", &D::weight_limit,
              "a parameter beyond it stops the training as diverged (exit code 5); it may be raised for the "
              "rest of a training, and not lowered again")
              .check(above(0)),
          field("snapshots", &D::snapshots, "epochs after which the machine is kept as well")
              .default_text("none")
              .check(at_least(1))
              .unit("epochs"),
          field(
              "trajectory", &D::trajectory,
              "machines kept along the training, so close that neighbours accept about this share of exchanges, "
              "and the first one of them with independent units: 0.3; 0: none are kept")
              .check(from_below(0, 0.9)),
          field("held_out", &D::held_out,
                "share of the configurations of each temperature, the last ones, that is judged but not "
                "learned")
              .check(from_below(0, 1)),
          field("judge_interval", &D::judge_interval, "epochs between judgements of the machine; 0: none")
              .check(at_least(0))
              .unit("epochs"),
          field("judge_configurations", &D::judge_configurations,
                "configurations judged at most, of learned and of held-out ones each")
              .check(between(1, 1 << 20)),
          field("judge_steps", &D::judge_steps,
                "Gibbs steps of the chains whose energy and |m| are compared with the data's; they start at "
                "the data (cd) or go on from the persistent chains")
              .check(between(1, 100000)),
          field("hidden_scan", &D::hidden_scan,
                "instead of hidden: one machine for each of these numbers of units")
              .default_text("none")
              .check(between(1, 1 << 20))
              .scans("hidden", "h"),
          field("seeds", &D::seeds, "so many machines, each with random numbers of its own")
              .check(between(1, 1000))
              .counts_copies("s"))
          .rule("schedule", in_every_layer(wrong_schedule))
          .rule("final_rate", only_where(&D::final_rate, falls, "schedule = linear or cosine"))
          .rule("tempering_replicas", only_where(&D::tempering_replicas, tempers, "algorithm = pt"))
          .rule("tempering_beta", only_where(&D::tempering_beta, tempers, "algorithm = pt"))
          .rule("hidden", wrong_layers)
          .rule("centred", in_every_layer(wrong_centring))
          .rule("reconstruction", in_every_layer(wrong_reconstruction))
          .rule("precision", wrong_precision)
          .rule("initial_std", wrong_initial_std)
          .rule("start_epoch", wrong_start_epoch)
          .rule("start_file", wrong_start_file)
          .rule("start_group", wrong_start_group)
          .rule("momentum", in_every_layer(wrong_optimiser))
          .rule("snapshots", in_every_layer(wrong_snapshots));
  return schema;
}

} // namespace blockspin::stages
