#include "blockspin/stages/block_filters.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/ising/block_spins.hpp"
#include "blockspin/stages/ensemble.hpp"

namespace blockspin::stages {

namespace {

const FilterInfo& of_level(const std::vector<FilterInfo>& filters, unsigned level) {
  return filters[std::min<std::size_t>(level, filters.size() - 1)];
}

/// Whether a window of the step from `level` to the next is no longer than the lattice.
bool step_fits(const std::vector<FilterInfo>& filters, const std::vector<std::uint64_t>& extents,
               unsigned factor, unsigned level) {
  const FilterInfo& filter = of_level(filters, level);
  return ising::fits(ising::RowLattice(ising::blocked_extents(extents, factor, level)), filter.side, factor);
}

ising::BlockFilter read_filter(const archive::Archive& archive, const FilterInfo& info, int n_dimensions) {
  ising::BlockFilter filter{n_dimensions, info.side, info.stride,
                            archive.read_all<float>(info.group + "/weights")};
  filter.visible_bias = archive.read_all<float>(info.group + "/visible_bias").at(0);
  filter.hidden_bias = archive.read_all<float>(info.group + "/hidden_bias").at(0);
  const auto n_places = static_cast<std::size_t>(std::llround(std::pow(info.side, n_dimensions)));
  const bool finite = std::ranges::all_of(filter.weights, [](float w) { return std::isfinite(w); }) &&
                      std::isfinite(filter.hidden_bias);
  if (!finite || filter.weights.size() != n_places)
    throw_agreed(ErrorKind::archive,
                 finite ? "the weights are of another filter" : "a parameter is not a number",
                 archive.path() + ": " + info.group);
  return filter;
}

} // namespace

std::vector<FilterInfo> filters_up_to(const campaign::Plan& plan, const std::string& name) {
  std::vector<FilterInfo> filters;
  std::string next = name;
  while (const auto* const provider = plan.provider<FilterProvider>(an_ensemble, next)) {
    const FilterInfo filter = provider->filter_info(plan);
    // What an archive holds of an earlier deck may rest on what this deck has anew.
    if (std::ranges::any_of(filters, [&](const FilterInfo& other) { return other.group == filter.group; }))
      break;
    filters.push_back(filter);
    next = filter.sample;
  }
  std::ranges::reverse(filters);
  return filters;
}

bool filters_fit(const std::vector<FilterInfo>& filters, const std::vector<std::uint64_t>& extents,
                 unsigned factor, unsigned n_levels) {
  for (unsigned level = 0; level < n_levels; ++level)
    if (!step_fits(filters, extents, factor, level)) return false;
  return true;
}

bool check_filters(const std::vector<FilterInfo>& filters, const std::string& name,
                   const std::vector<std::uint64_t>& extents, unsigned factor, unsigned n_levels,
                   const campaign::Complain& complain) {
  if (filters.empty()) {
    complain("filter", name + " is an ensemble of no [filter]", "the name of a [filter]");
    return false;
  }
  for (const FilterInfo& filter : filters) {
    if (filter.stride != factor) {
      complain("factor", filter.group + " has another stride, " + std::to_string(filter.stride),
               std::to_string(filter.stride));
      return false;
    }
    if (filter.n_dimensions != 0 && filter.n_dimensions != static_cast<int>(extents.size())) {
      complain("filter", filter.group + " is of " + std::to_string(filter.n_dimensions) + " dimensions",
               "a [filter] of a lattice of " + std::to_string(extents.size()));
      return false;
    }
  }
  for (unsigned level = 0; level < n_levels; ++level)
    if (!step_fits(filters, extents, factor, level)) {
      complain("filter",
               of_level(filters, level).group + " is " + std::to_string(of_level(filters, level).side) +
                   " a side, and level " + std::to_string(level) + " is " +
                   deck::extents_text({ising::blocked_extents(extents, factor, level)}),
               "fewer levels, or smaller filters");
      return false;
    }
  return true;
}

std::vector<ising::BlockFilter> read_filters(const campaign::Context& context, const std::string& name,
                                             int n_dimensions) {
  std::vector<ising::BlockFilter> filters;
  for (const FilterInfo& info : filters_up_to(context.plan(), name))
    filters.push_back(read_filter(context.archive(), info, n_dimensions));
  return filters;
}

} // namespace blockspin::stages
