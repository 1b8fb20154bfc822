#pragma once
// The least D_KL of a machine with free weights: trainings from many starts, divided over ranks.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/base/state.hpp"
#include "blockspin/mpi/communicator.hpp"
#include "blockspin/rg/free_machine.hpp"
#include "blockspin/rng/generator.hpp"

namespace blockspin::rg {

/// Trainings that end within so many nats of the least D_KL have reached the same minimum.
inline constexpr double same_minimum = 1e-6;

/// Weights of n starts: `first` with a little noise, so that its hidden spins may differ, then normal
/// weights of standard deviation 0.3. Start k uses sequence k of `noise`. Local.
std::vector<std::vector<double>> free_machine_starts(std::vector<double> first, std::size_t n,
                                                     const rng::Generator& noise);

/// The ends of all trainings.
struct FreeMinima {
  TrainedFreeMachine least;          ///< of the least D_KL on the training states
  std::vector<double> kl_divergence; ///< where each start ended, on the training states
  std::uint64_t n_at_least = 0;      ///< starts within same_minimum of the least
};

/// Each rank trains the machine from starts of its own; a step is one training of every rank. Ranks evaluate
/// D_KL together, and one that waits for the others passes the safe points of their evaluations. The state:
/// trainings that are done, and the evaluations of those at work, from which TAO goes its way again. The same
/// bits for every rank count. Collective.
class FreeMachineSearch : public Stepper {
public:
  /// Borrows comm.
  FreeMachineSearch(const mpi::Communicator& comm, FreeMachine machine,
                    std::vector<std::vector<double>> starts);

  const FreeMachine& machine() const { return machine_; }
  /// When done(); the same on every rank. Collective.
  FreeMinima minima() const;

  bool done() const override { return n_steps_left_ == 0; }
  void advance() override;
  double work_done() const override;
  double work_total() const override { return static_cast<double>(starts_.size()); }
  std::string note() const override;
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

private:
  struct Training {
    bool is_done = false;
    TrainedFreeMachine end;
    std::vector<double> evaluations; ///< of D_KL so far, while it is not done
  };
  std::optional<std::size_t> next() const;
  void train(std::size_t mine);
  void plan();
  std::size_t end_length() const { return machine_.n_weights() + 2; }
  std::vector<double> packed_ends() const;

  const mpi::Communicator& comm_;
  FreeMachine machine_;
  std::vector<std::vector<double>> starts_;
  mpi::Range mine_;                 ///< this rank's starts
  std::vector<Training> trainings_; ///< of this rank's starts
  std::uint64_t n_steps_left_ = 0;  ///< of the rank with the most
};

} // namespace blockspin::rg
