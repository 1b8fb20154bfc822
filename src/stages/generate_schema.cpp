#include <algorithm>

#include "blockspin/base/packed.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/rbm/tempering.hpp"
#include "blockspin/stages/generate.hpp"
#include "blockspin/stages/machine.hpp"

namespace blockspin::stages {

std::vector<std::string> choice_names(GenerateMethod) { return {"gibbs", "tempering", "trajectory"}; }
std::vector<std::string> choice_names(GenerateStart) { return {"data", "random"}; }

namespace {

bool no_replicas(const GenerateDeck& deck) { return deck.method != GenerateMethod::tempering; }
bool no_data(const GenerateDeck& deck) { return deck.start != GenerateStart::data; }

/// What is wrong with a key that is set, but idle.
std::string idle(bool is_idle, const std::string& without) {
  return is_idle ? "is set, but has no effect without " + without : std::string();
}

std::string chains_in_equal_parts(const deck::Resolved<GenerateDeck>& resolved) {
  const GenerateDeck& deck = resolved.deck;
  if (deck.configurations % deck.chains == 0) return {};
  return "chains (" + std::to_string(deck.chains) + ") must keep as many configurations each";
}

} // namespace

const deck::Schema<GenerateDeck>& GenerateStage::schema() {
  using namespace deck;
  using D = GenerateDeck;
  using R = Resolved<D>;
  static const auto schema =
      Schema<D>(
          "generate", "configurations that a machine makes by itself: an ensemble, as a sample is",
          field("rbm", &D::rbm, "the machine, or stack of machines").required().refers_to(a_machine),
          field("epoch", &D::epoch,
                "the machine's snapshot after so many epochs; auto: as its training left it")
              .unit("epochs"),
          field("layer", &D::layer,
                "which units are kept: 0 the lattice's, k the hidden ones of machine k of the stack")
              .check(between(0, 100)),
          field("machine", &D::machine,
                "whose chains run, 1 is next to the lattice; its states are sampled on to the layer; auto: "
                "that of the layer")
              .check(between(1, 100)),
          field(
              "method", &D::method,
              "gibbs: chains x -> h -> x; tempering: the same, with replicas at other temperatures of the "
              "machine, exchanged after every step; trajectory: with replicas of machines along its training, "
              "down to independent units, which the machine must have kept"),
          field("start", &D::start,
                "random units, or configurations of a sample, passed up to the machine: then one class of "
                "configurations for each of their temperatures"),
          field("sample", &D::sample, "configurations that chains start at; auto: the machine's own sample")
              .refers_to(an_ensemble),
          field("temperatures", &D::temperatures,
                "temperatures of the configurations that chains start at; auto: all of the sample's")
              .unit("J/k_B"),
          field("configurations", &D::configurations, "that are kept, of each class; as many of every chain")
              .check(between(1, 1e9)),
          field("chains", &D::chains,
                "of each class; chain c starts at kept configuration c of the sample; errors take chains for "
                "independent, also where they start at configurations that follow one another closely")
              .check(between(1, 1e9)),
          field("equilibration", &D::equilibration, "Gibbs steps before the first kept configuration")
              .check(between(0, 1e9)),
          field("steps", &D::steps, "Gibbs steps between kept configurations of a chain")
              .check(between(1, 1e9)),
          field("replicas", &D::replicas, "tempering: of each chain, at inverse temperatures from 1 down")
              .check(between(2, 1000)),
          field("least_beta", &D::least_beta,
                "tempering: the smallest inverse temperature; at 0 units are independent")
              .check(between(0, 0.999)))
          .rule("configurations", chains_in_equal_parts)
          .rule("replicas",
                [](const R& r) {
                  return idle(r.deck.replicas != D{}.replicas && no_replicas(r.deck), "method = tempering");
                })
          .rule("least_beta",
                [](const R& r) {
                  return idle(r.deck.least_beta != D{}.least_beta && no_replicas(r.deck),
                              "method = tempering");
                })
          .rule("sample", [](const R& r) { return idle(r.deck.sample && no_data(r.deck), "start = data"); })
          .rule("temperatures",
                [](const R& r) { return idle(r.deck.temperatures && no_data(r.deck), "start = data"); });
  return schema;
}

std::uint64_t GenerateStage::machine_number() const {
  return deck().machine.value_or(std::max<std::uint64_t>(deck().layer, 1));
}

std::string GenerateStage::sample_name(const campaign::Plan& plan) const {
  if (deck().sample) return *deck().sample;
  const auto info = find_machine(plan, deck().rbm);
  return info ? info->sample : std::string();
}

std::optional<campaign::ModelDeck> GenerateStage::model(const campaign::Plan& plan) const {
  const auto info = find_machine(plan, deck().rbm);
  return info ? info->model : std::nullopt;
}

std::vector<campaign::Reference> GenerateStage::references(const campaign::Plan& plan) const {
  auto all = StageOf::references(plan);
  const std::string name = sample_name(plan);
  if (from_data() && !deck().sample && !name.empty())
    all.push_back(campaign::reference_to(plan, an_ensemble, name, "sample"));
  return all;
}

EnsembleInfo GenerateStage::ensemble_info(const campaign::Plan& plan) const {
  EnsembleInfo info;
  info.group = group();
  info.n_configurations = deck().configurations;
  info.n_ladders = deck().chains;
  if (const auto machine = find_machine(plan, deck().rbm)) {
    if (deck().layer == 0) {
      info.lattice = machine->lattice;
      info.n_sites = machine->n_visible;
    } else if (deck().layer <= machine->hidden.size()) {
      info.n_sites = machine->hidden[deck().layer - 1];
    }
  }
  if (!from_data()) return info;
  if (const auto sample = find_ensemble(plan, sample_name(plan))) {
    info.temperatures =
        sample->temperatures && deck().temperatures ? deck().temperatures : sample->temperatures;
    // One configuration a chain: as independent as those that the chains start at.
    if (deck().chains == deck().configurations) info.n_ladders = std::min(sample->n_ladders, deck().chains);
  }
  return info;
}

void GenerateStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  check_snapshot(plan, deck().rbm, deck().epoch, complain);
  if (deck().method == GenerateMethod::trajectory)
    check_trajectory(plan, deck().rbm, complain, "method", "gibbs, tempering");
  const MachineInfo machine = machine_of(plan, deck().rbm);
  const std::uint64_t n_layers = machine.hidden.size();
  const std::string of_stack = machine.group + " has " + counted(n_layers, "layer");
  if (deck().layer > n_layers) return complain("layer", of_stack, "0 to " + std::to_string(n_layers));
  if (machine_number() > n_layers || machine_number() < deck().layer)
    return complain("machine", of_stack + ", and layer " + std::to_string(deck().layer) + " is kept",
                    std::to_string(std::max<std::uint64_t>(1, deck().layer)) + " to " +
                        std::to_string(n_layers));
  if (!from_data()) return;
  const EnsembleInfo sample = ensemble_of(plan, sample_name(plan));
  if (!check_units(sample, machine.n_visible, machine.lattice, machine.group, "sample", complain)) return;
  if (deck().temperatures) check_temperatures(sample, deck().temperatures->values, "temperatures", complain);
  if (deck().chains > sample.n_configurations)
    complain("chains", "is more than the configurations of " + sample.group + " that they start at",
             "1 to " + std::to_string(sample.n_configurations));
}

analysis::GenerationPlan GenerateStage::generation(std::size_t n_classes) const {
  return {.machine = machine_number(),
          .layer = deck().layer,
          .n = deck().chains * n_classes,
          .burn_in = deck().equilibration,
          .steps = deck().steps,
          .n_kept = deck().configurations / deck().chains,
          .betas = deck().method == GenerateMethod::tempering
                       ? rbm::even_betas(deck().replicas, deck().least_beta)
                       : std::vector{1.0}};
}

campaign::Estimate GenerateStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  constexpr double program_bytes = 5e7, chains_of_a_block = 256;
  const MachineInfo machine = find_machine(plan, deck().rbm).value_or(MachineInfo{});
  const EnsembleInfo info = ensemble_info(plan);
  const auto made = generation(info.n_classes());
  const std::uint64_t number = made.machine;
  campaign::Estimate estimate;
  if (number > machine.hidden.size()) return estimate;
  const auto n_hidden = static_cast<double>(machine.hidden[number - 1]);
  const auto n_visible = static_cast<double>(number == 1 ? machine.n_visible : machine.hidden[number - 2]);
  const auto n_chains = static_cast<double>(made.n),
             n_replicas = static_cast<double>(
                 deck().method == GenerateMethod::trajectory ? likely_checkpoints : made.n_replicas());
  const double kept_bytes = n_chains * static_cast<double>(made.n_kept * packed_bytes(info.n_sites));
  // What is kept is packed once more on its way to the archive, with its numbers; every rank has the energies and
  // magnetisations of one class.
  const double n_kept = n_chains * static_cast<double>(made.n_kept);
  const double series_bytes =
      deck().layer == 0 && machine.model ? 40 * static_cast<double>(deck().configurations) : 0;
  estimate.memory_per_rank =
      program_bytes + series_bytes +
      (n_chains * (n_visible * n_replicas / 8 + 8) + 3 * kept_bytes + 80 * n_kept) / n_ranks +
      4 * chains_of_a_block * (n_visible * n_replicas + 3 * n_hidden);
  estimate.archive_bytes = kept_bytes + 16 * n_kept;
  estimate.n_parts = n_chains;
  estimate.work = n_chains * static_cast<double>(made.n_steps());
  estimate.work_unit = "Gibbs steps";
  estimate.seconds =
      estimate.work * n_replicas * (4 * n_visible * n_hidden / 6e10 + 5e-9 * (n_visible + n_hidden));
  estimate.layout = "chains divided over " + counted(static_cast<std::uint64_t>(n_ranks), "rank");
  return estimate;
}

std::vector<rng::StreamId> GenerateStage::streams() {
  using enum rng::StreamId;
  return {generate_start, generate_hidden, generate_visible, generate_swap};
}

} // namespace blockspin::stages
