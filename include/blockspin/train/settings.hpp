#pragma once
// How a machine is trained.

#include <cstdint>
#include <vector>

#include "blockspin/rbm/machine.hpp"
#include "blockspin/rbm/precision.hpp"

namespace blockspin::train {

/// Where the negative phase comes from: k Gibbs steps from the data (contrastive divergence), from chains
/// that persist between updates, or from such chains with replicas at higher temperatures of the machine (E
/// -> beta E).
enum class Algorithm { cd, pcd, pt };
enum class OptimiserKind { sgd, adam };
/// What L1 subtracts from a weight's magnitude at each update: l1, or l1 times the learning rate.
enum class L1Scaling { per_update, times_learning_rate };
/// Visible units of the chain: sampled, or their means.
enum class Reconstruction { sampled, mean_field };
/// The learning rate over the epochs. linear and cosine go from learning_rate to final_rate within
/// schedule_epochs and stay there; list takes rates[epoch], the last one from then on.
enum class Schedule { constant, linear, cosine, list };

struct UpdateRule {
  OptimiserKind optimiser = OptimiserKind::sgd;
  double learning_rate = 0.01;
  double momentum = 0.0; ///< m <- momentum m + gradient, step = learning_rate m
  double l1 = 0.0;       ///< weights only; bypasses momentum and stops at zero
  L1Scaling l1_scaling = L1Scaling::per_update;
  double l2 = 0.0; ///< weights only: gradient - l2 w
  Schedule schedule = Schedule::constant;
  double final_rate = 0.0;
  std::uint64_t schedule_epochs = 0;
  std::vector<double> rates;
  double adam_beta1 = 0.9;
  double adam_beta2 = 0.999;
  double adam_epsilon = 1e-8;

  /// The learning rate of an epoch, counted from 0.
  double rate(std::uint64_t epoch) const;
};

/// How a machine is judged while it is trained (train/judge.hpp).
struct JudgeSettings {
  std::uint64_t interval = 0;         ///< epochs between judgements; 0: none
  std::uint64_t configurations = 500; ///< judged at most, of learned and of held-out data each
  std::uint64_t steps = 10;           ///< Gibbs steps of the model's chains
  std::vector<std::uint64_t> lattice; ///< extents, where the visible units are its spins; else empty
  double field = 0.0;                 ///< of the lattice's energy
};

/// Which machines are kept on the way (train/trajectory.hpp).
struct TrajectorySettings {
  double acceptance = 0;      ///< share of exchanges between neighbours, at least; 0: none are kept
  std::uint64_t instance = 0; ///< of the random numbers of its chains, apart from the machine's
};

struct Settings {
  rbm::Units units = rbm::Units::spin;
  std::size_t n_hidden = 0;
  bool bias = true;
  bool centred = false; ///< gradient of units less their offsets (train/centring.hpp); needs biases
  Algorithm algorithm = Algorithm::cd;
  std::uint64_t gibbs_steps = 1;
  Reconstruction reconstruction = Reconstruction::sampled;
  rbm::Precision precision = rbm::Precision::float32; ///< below float32 visible values must be unit values
  UpdateRule update;
  std::uint64_t batch = 100;
  std::uint64_t epochs = 10;
  double initial_std = 0.01;
  std::uint64_t tempering_replicas = 10; ///< pt: of each chain, beta from 1 down to tempering_beta
  double tempering_beta = 0.5;
  double weight_limit = 1e3;            ///< a larger weight is a runaway
  std::vector<std::uint64_t> snapshots; ///< epochs after which the machine is kept, increasing
  TrajectorySettings trajectory;
  JudgeSettings judge;
  std::uint64_t seed = 0;
  std::uint64_t instance = 0; ///< of the machine: rng::instance_number("rbm.main.layer_1")
};

} // namespace blockspin::train
