#pragma once
// Trained filters, for stages that block configurations by them.

#include <optional>
#include <string>
#include <vector>

#include "blockspin/campaign/context.hpp"
#include "blockspin/campaign/plan.hpp"
#include "blockspin/ising/block_filter.hpp"

namespace blockspin::stages {

/// What is known of a filter before it is there.
struct FilterInfo {
  std::string group;    ///< "/filter/main"
  std::string sample;   ///< the ensemble it is trained on
  int n_dimensions = 0; ///< of its lattice; 0 where that is not known
  unsigned side = 0;    ///< of the filter
  unsigned stride = 0;  ///< the side of a block
  bool has_biases = false;
};

/// A stage that trains one, and provides its hidden spins as an ensemble of the same name. Local.
class FilterProvider {
public:
  virtual ~FilterProvider() = default;
  virtual FilterInfo filter_info(const campaign::Plan& plan) const = 0;
};

/// The filters that lead from a lattice to the hidden spins of this one: each but the first was trained on the hidden
/// spins of the one before, and it is the last. Empty where the ensemble of that name has none. Local.
std::vector<FilterInfo> filters_up_to(const campaign::Plan& plan, const std::string& name);

/// Whether the filters fit a lattice that can be blocked so often by the factor, the last one as often as levels go
/// beyond them. Local.
bool filters_fit(const std::vector<FilterInfo>& filters, const std::vector<std::uint64_t>& extents,
                 unsigned factor, unsigned n_levels);
/// Complains at `filter` or `factor` where they cannot block such a lattice n_levels times, which the factor divides so
/// often. Whether they can. Local.
bool check_filters(const std::vector<FilterInfo>& filters, const std::string& name,
                   const std::vector<std::uint64_t>& extents, unsigned factor, unsigned n_levels,
                   const campaign::Complain& complain);

/// Their weights, the same on every rank. ErrorKind::archive where what is stored is no filter of that many
/// dimensions. Collective.
std::vector<ising::BlockFilter> read_filters(const campaign::Context& context, const std::string& name,
                                             int n_dimensions);

} // namespace blockspin::stages
