#pragma once
// [rbm]: trains a machine, or a stack of machines layer by layer, on kept configurations.

#include <memory>
#include <optional>

#include "blockspin/campaign/divisible.hpp"
#include "blockspin/campaign/stage.hpp"
#include "blockspin/deck/path.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/machine.hpp"
#include "blockspin/stages/or_none.hpp"
#include "blockspin/stages/rbm_file.hpp"
#include "blockspin/stages/rbm_result.hpp"
#include "blockspin/train/control.hpp"
#include "blockspin/train/settings.hpp"
#include "blockspin/train/stack.hpp"

// The choices' deck names, in the order of the enumerators.
namespace blockspin::rbm {
inline std::vector<std::string> choice_names(Units) { return {"spin", "binary"}; }
inline std::vector<std::string> choice_names(Precision) {
  return {"float32", "bfloat16_two_terms", "bfloat16"};
}
} // namespace blockspin::rbm
namespace blockspin::train {
inline std::vector<std::string> choice_names(Algorithm) { return {"cd", "pcd", "pt"}; }
inline std::vector<std::string> choice_names(OptimiserKind) { return {"sgd", "adam"}; }
inline std::vector<std::string> choice_names(L1Scaling) { return {"per_update", "times_learning_rate"}; }
inline std::vector<std::string> choice_names(Reconstruction) { return {"sampled", "mean_field"}; }
inline std::vector<std::string> choice_names(Schedule) { return {"constant", "linear", "cosine", "list"}; }
inline std::vector<std::string> choice_names(Control) { return {"none", "shuffled_sites", "independent"}; }
inline std::vector<std::string> choice_names(StackInput) { return {"probabilities", "samples"}; }
} // namespace blockspin::train

namespace blockspin::stages {

struct RbmDeck {
  std::string sample = "main";
  std::optional<deck::Temperatures> temperatures;
  train::Control control = train::Control::none;
  std::vector<std::uint64_t> hidden;
  rbm::Units units = rbm::Units::spin;
  bool bias = true;
  bool centred = false;
  train::Algorithm algorithm = train::Algorithm::cd;
  std::uint64_t gibbs_steps = 1;
  train::OptimiserKind optimiser = train::OptimiserKind::sgd;
  double learning_rate = 0.01;
  train::Schedule schedule = train::Schedule::constant;
  double final_rate = 0.0;
  std::uint64_t schedule_epochs = 0;
  std::vector<double> learning_rates;
  double momentum = 0.0;
  std::uint64_t batch = 100;
  std::uint64_t epochs = 10;
  double l1 = 0.0;
  train::L1Scaling l1_scaling = train::L1Scaling::per_update;
  double l2 = 0.0;
  double initial_std = 0.01;
  OrNone<std::string> start;                ///< a machine whose weights are the initial ones
  std::optional<std::uint64_t> start_epoch; ///< of its snapshot; its last weights
  OrNone<deck::Path> start_file;
  OrNone<std::string> start_group;
  train::Reconstruction reconstruction = train::Reconstruction::sampled;
  std::optional<rbm::Precision> precision;
  train::StackInput stack_input = train::StackInput::probabilities;
  std::uint64_t tempering_replicas = 10;
  double tempering_beta = 0.5;
  double weight_limit = 1000.0;
  std::vector<std::uint64_t> snapshots;
  double trajectory = 0.0; ///< share of exchanges between its neighbours; 0: none
  double held_out = 0.0;
  std::uint64_t judge_interval = 10;
  std::uint64_t judge_configurations = 500;
  std::uint64_t judge_steps = 10;
  std::vector<std::uint64_t> hidden_scan;
  std::uint64_t seeds = 1;
};

train::UpdateRule update_rule(const RbmDeck& deck);
/// Why a layer's visible units cannot be taken by their values, as products of rounded weights do; empty
/// where they can.
std::string real_visible_units(const deck::Resolved<RbmDeck>& resolved, std::size_t layer);

class RbmStage : public campaign::StageOf<RbmDeck>, public campaign::Divisible, public MachineProvider {
public:
  static constexpr const char* provides = a_machine;
  using StageOf::StageOf;
  static const deck::Schema<RbmDeck>& schema();
  static std::vector<archive::Row> rows();
  static std::string results(const archive::Archive& archive, const std::string& group);
  static std::vector<rng::StreamId> streams();
  void look(const mpi::Communicator& comm, const campaign::Plan& plan,
            const campaign::Complain& complain) override;
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  unsigned state_version() const override { return 3; }
  std::vector<std::string> keys_of_the_future() const override;
  bool concerns_the_future(const std::string& key, const campaign::Stage& before) const override;
  std::string left_out(const std::string& key, const campaign::Stage& before) const override;
  std::vector<campaign::Part> parts() const override;
  void check_state(std::size_t part, StateSource& source,
                   const std::vector<std::string>& changed) const override;
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;
  MachineInfo machine_info(const campaign::Plan& plan) const override;

  campaign::Divisible* divisible() override { return this; }
  void read(campaign::Context& context, const mpi::Communicator& group) override;
  void share_input(const campaign::Stage& sibling) override;
  void work(campaign::Context& context) override;
  void write(campaign::Context& context, int owner) override;

private:
  /// The configurations of the sample, packed as they stand; this rank's part.
  struct Input {
    EnsembleInfo ensemble;
    train::DataPart learned, held_out;
  };
  /// The deck's key of a layer for a setting of its training that contradicts what is done.
  std::string key_of(const std::string& setting, std::size_t layer,
                     const std::vector<std::string>& changed) const;
  /// Those that a training may change on its way.
  train::Settings changing_settings(std::size_t layer) const;
  train::Settings settings(std::size_t layer, const EnsembleInfo& info,
                           const campaign::Context& context) const;
  /// What precision = auto is on this machine.
  rbm::Precision automatic_precision(std::size_t layer) const;
  /// What a diverged training of a layer is told with: the machine, `what` happened, and the key that helps.
  std::string divergence_text(std::size_t number, const std::string& what) const;
  /// Logs and records what `precision = auto` is for a layer, before the training and again with its result.
  void record_precision(campaign::Context& context, std::size_t number, rbm::Precision precision) const;
  void record_choices(campaign::Context& context, const RbmResult& result) const;
  void check_start(const campaign::Plan& plan, const EnsembleInfo& learned,
                   const campaign::Complain& complain) const;
  void read_start(const campaign::Context& context);
  void train_layer(std::size_t number, const Input& input, campaign::Context& context);
  Input input_above(const Input& input, std::size_t layer, const campaign::Context& context) const;
  /// Configurations of each temperature that are learned; the ones behind are held out.
  std::uint64_t n_learned(std::uint64_t n_configurations) const;
  std::vector<std::size_t> temperature_indices(const EnsembleInfo& info) const;

  std::shared_ptr<const Input> input_;
  std::shared_ptr<const MachineFile> start_file_;          ///< since look()
  std::shared_ptr<const std::vector<rbm::Machine>> start_; ///< of each layer; none: random weights
  RbmResult result_;
};

} // namespace blockspin::stages
