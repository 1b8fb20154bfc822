#pragma once
// The registry of random streams: one row for each purpose, so that no two purposes can ever share numbers.

#include <cstdint>

namespace blockspin::rng {

/// Purposes of random numbers. Values are part of every archive's meaning: never reuse or renumber one.
enum class StreamId : std::uint16_t {
  sample_initial = 1,       ///< starting configurations
  sample_update = 2,        ///< local updates: one decision a spin and sweep
  sample_cluster = 3,       ///< bonds, seeds and orientations of clusters
  sample_exchange = 4,      ///< replica exchange decisions
  sample_ground_state = 5,  ///< which ground state, at T = 0
  sample_flip = 6,          ///< global sign of a kept configuration
  sample_sign = 7,          ///< sign of a magnetisation in a time series, where there is no field
  sample_global_flip = 8,   ///< whole lattices turned over, where there is a field
  rbm_initial = 16,         ///< initial weights
  rbm_shuffle = 17,         ///< order of the training data in an epoch
  rbm_hidden = 18,          ///< hidden states in training chains
  rbm_visible = 19,         ///< visible states in training chains
  rbm_swap = 20,            ///< parallel tempering swaps
  rbm_persistent = 21,      ///< starting states of persistent chains
  rbm_judge = 22,           ///< chains and choices that judge a machine in training
  rbm_control = 23,         ///< control data: shuffled sites, independent spins
  thermometer_split = 32,   ///< which configurations are held out
  thermometer_initial = 33, ///< initial network weights
  thermometer_image = 34,   ///< symmetry images shown in training
  flow_start = 48,          ///< random starts
  flow_hidden = 49,         ///< hidden states along a flow
  flow_visible = 50,        ///< visible states along a flow
  likelihood_chain = 64,    ///< annealed importance sampling
  receptive_control = 80,   ///< untrained and shuffled controls
  reconstruction_up = 81,   ///< hidden states on the way up a stack
  reconstruction_down = 82, ///< states on the way back down
  generate_start = 83,      ///< random starts of generated chains
  generate_hidden = 84,     ///< hidden states of generated chains
  generate_visible = 85,    ///< visible states of generated chains
  generate_swap = 86,       ///< exchanges of their replicas
  rg_block = 96,            ///< ties of majority rule, block maps
  rg_sample = 97,           ///< chains sampled for trained decimation
  rg_hidden = 98,           ///< hidden configurations a map is checked on
  block_tie = 99,           ///< chance in blocking: ties, spins drawn by a filter
  test = 1024,              ///< tests
  bench = 1025,             ///< benchmarks
};

} // namespace blockspin::rng
