#include "blockspin/ising/exact/bayes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blockspin/base/error.hpp"
#include "blockspin/ising/exact/density_of_states.hpp"
#include "blockspin/ising/exact/thermodynamics.hpp"

namespace blockspin::ising::exact {
namespace {

std::size_t most_probable(const std::vector<double>& ln_p) {
  return static_cast<std::size_t>(std::max_element(ln_p.begin(), ln_p.end()) - ln_p.begin());
}

} // namespace

BayesThermometer::BayesThermometer(std::vector<std::uint64_t> extents, std::vector<double> temperatures)
    : extents_(std::move(extents)), temperatures_(std::move(temperatures)) {
  double n_sites = 1;
  for (const std::uint64_t extent : extents_) n_sites *= static_cast<double>(extent);
  ground_energy_ = -static_cast<double>(extents_.size()) * n_sites;
  for (const double t : temperatures_) ln_z_.push_back(thermodynamics(extents_, t).ln_z);
}

std::vector<double> BayesThermometer::ln_posterior(double energy) const {
  std::vector<double> ln_p(temperatures_.size());
  for (std::size_t k = 0; k < ln_p.size(); ++k) {
    const double t = temperatures_[k];
    if (t == 0)
      ln_p[k] = energy == ground_energy_ ? -std::log(2.0) : -std::numeric_limits<double>::infinity();
    else
      ln_p[k] = -energy / t - ln_z_[k];
  }
  const double largest = *std::max_element(ln_p.begin(), ln_p.end());
  double sum = 0;
  for (const double x : ln_p) sum += std::exp(x - largest);
  for (double& x : ln_p) x -= largest + std::log(sum);
  return ln_p;
}

BayesThermometer::Score BayesThermometer::score(std::span<const double> energy,
                                                std::span<const std::size_t> index) const {
  require(energy.size() == index.size() && !energy.empty(),
          "Bayes' score: one true temperature a configuration");
  Score score;
  for (std::size_t i = 0; i < energy.size(); ++i) {
    const std::vector<double> ln_p = ln_posterior(energy[i]);
    score.cross_entropy -= ln_p[index[i]];
    score.accuracy += most_probable(ln_p) == index[i] ? 1 : 0;
  }
  score.cross_entropy /= static_cast<double>(energy.size());
  score.accuracy /= static_cast<double>(energy.size());
  return score;
}

BayesThermometer::Score BayesThermometer::expected() const {
  const DensityOfStates density = density_of_states(extents_);
  std::vector<std::vector<double>> probability; // [temperature][level]
  for (const double t : temperatures_) probability.push_back(density.probability(t));
  Score score;
  for (std::size_t level = 0; level < density.energy.size(); ++level) {
    const std::vector<double> ln_p = ln_posterior(density.energy[level]);
    score.accuracy += probability[most_probable(ln_p)][level];
    for (std::size_t k = 0; k < ln_p.size(); ++k)
      if (probability[k][level] > 0) score.cross_entropy -= probability[k][level] * ln_p[k];
  }
  const double n = static_cast<double>(temperatures_.size());
  return {score.cross_entropy / n, score.accuracy / n};
}

} // namespace blockspin::ising::exact
