// What each stage found, in one line: for the end of a run, and for `info`.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockspin/base/estimate_text.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/results.hpp"
#include "blockspin/stages/chain_machine.hpp"
#include "blockspin/stages/couplings.hpp"
#include "blockspin/stages/filter.hpp"
#include "blockspin/stages/flow.hpp"
#include "blockspin/stages/generate.hpp"
#include "blockspin/stages/kadanoff.hpp"
#include "blockspin/stages/likelihood.hpp"
#include "blockspin/stages/mapping.hpp"
#include "blockspin/stages/mcrg.hpp"
#include "blockspin/stages/rbm.hpp"
#include "blockspin/stages/receptive_field.hpp"
#include "blockspin/stages/reconstruction.hpp"
#include "blockspin/stages/relevance.hpp"
#include "blockspin/stages/sample.hpp"
#include "blockspin/stages/spectrum.hpp"
#include "blockspin/stages/thermometer.hpp"
#include "found.hpp"

namespace blockspin::stages {

namespace {

std::string short_number(double value) { return fmt::format("{:.4g}", value); }

/// "a to b" of the known ones, T = inf among them, or empty.
std::string range_text(std::vector<double> values) {
  std::erase_if(values, [](double x) { return std::isnan(x); });
  if (values.empty()) return {};
  const auto [least, most] = std::ranges::minmax(values);
  return least == most ? short_number(least) : short_number(least) + " to " + short_number(most);
}

/// 0, no error, where the list is shorter than it should be.
double error_at(const std::vector<double>& errors, std::size_t i) {
  return i < errors.size() ? errors[i] : 0.0;
}

std::string start_text(double temperature) {
  if (std::isnan(temperature)) return "from all up";
  return std::isinf(temperature) ? "from random spins" : "from T = " + short_number(temperature);
}

/// What is known of a quantity for each start.
struct Quantity {
  std::string name; ///< "energy "
  std::vector<double> value, error;
};

/// "from T = 2 energy -1.7(1), |m| 0.9(1)" for each start: the quantities whose values are known.
std::vector<std::string> by_start(const std::vector<std::string>& starts,
                                  const std::vector<Quantity>& quantities, const std::string& separator) {
  std::vector<std::string> pieces;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    std::vector<std::string> known;
    for (const Quantity& one : quantities)
      if (i < one.value.size() && !std::isnan(one.value[i]))
        known.push_back(one.name + estimate_text(one.value[i], error_at(one.error, i)));
    if (!known.empty())
      pieces.push_back((starts[i].empty() ? "" : starts[i] + " ") + joined(known, separator));
  }
  return pieces;
}

/// "data 0.7, machine 0.69" of the last judgement.
std::string judged(const Found& found, const std::string& path, const std::string& name,
                   const std::string& symbol) {
  const auto data = found.last(path + name + "_data"), model = found.last(path + name + "_model");
  return data && model
             ? fmt::format(", {} {:.4g} of its configurations and {:.4g} of the data", symbol, *model, *data)
             : "";
}

/// Values of a list with their errors where `name` is known, each with the parameter it belongs to.
std::string estimates_at(const Found& found, const std::string& symbol, const std::vector<double>& at,
                         const std::string& name, const std::string& error) {
  const auto values = found.list(name), errors = found.list(error);
  std::vector<std::string> pieces;
  for (std::size_t i = 0; i < std::min(at.size(), values.size()); ++i)
    if (std::isfinite(values[i]))
      pieces.push_back(estimate_text(values[i], error_at(errors, i)) + " at " + symbol + " = " +
                       short_number(at[i]));
  return campaign::first_of(pieces, "; ");
}

} // namespace

std::string SampleStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  const auto temperatures = found.list("temperature");
  std::string text = counted(temperatures.size(), "temperature") + " from " + range_text(temperatures) +
                     ", " + found.value("configurations") + " configurations each";
  std::vector<double> tau;
  for (const char* name : {"energy", "abs_magnetization"})
    for (const double t : found.list(std::string("observables/") + name + "/tau"))
      if (std::isfinite(t)) tau.push_back(t);
  if (!tau.empty())
    text += fmt::format(", longest autocorrelation time {:.2g} sweeps", *std::ranges::max_element(tau));
  return text;
}

std::string GenerateStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  std::vector<std::string> starts; // none is told of an ensemble without temperatures
  for (const double t : found.list("temperature")) starts.push_back(std::isnan(t) ? "" : start_text(t));
  const auto quantity = [&](const char* name, const std::string& path) {
    return Quantity{name, found.list(path + "/mean"), found.list(path + "/error")};
  };
  const auto pieces = by_start(
      starts, {quantity("energy ", "observables/energy"), quantity("|m| ", "observables/abs_magnetization")},
      ", ");
  const std::string made = found.value("configurations") + " configurations";
  return pieces.empty() ? made : made + ": " + campaign::first_of(pieces, "; ");
}

std::string RelevanceStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  std::vector<std::string> pieces;
  for (int layer = 1;; ++layer) {
    const std::string leak = fmt::format("layer_{}/leak/", layer);
    const auto mean = found.scalar(leak + "mean"), error = found.scalar(leak + "error");
    if (!mean) break;
    pieces.push_back(
        (std::isfinite(*mean) ? estimate_text(*mean, error.value_or(0.0)) : std::string("not known")) +
        fmt::format(" of layer {}", layer));
  }
  const auto energy = found.scalar("energy/leak/mean");
  return pieces.empty()
             ? ""
             : "leak " + campaign::first_of(pieces, "; ") +
                   (energy ? ", of the energy, not filtered, " + short_number(*energy) : std::string());
}

std::string ThermometerStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  std::string text = "test cross entropy " +
                     found.estimate("test/cross_entropy", "test/cross_entropy_error") + " nats, accuracy " +
                     found.estimate("test/accuracy", "");
  const auto bayes = found.scalar("test/bayes_cross_entropy");
  if (bayes && std::isfinite(*bayes))
    text += "; the exact posterior (Bayes), which is the best possible: " + short_number(*bayes) + " nats, " +
            found.estimate("test/bayes_accuracy", "");
  return text;
}

std::string RbmStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  if (const auto epoch = found.last_count("diverged/epoch"))
    return fmt::format("diverged in epoch {}", *epoch);
  const auto epoch = found.last_count("judgement/epoch"), end = found.last_count("history/epoch");
  const auto error = found.last("history/reconstruction_error"),
             gap = found.last("judgement/free_energy_gap");
  // Without a model there are no energies, and without held-out configurations no gap.
  const std::string told =
      judged(found, "judgement/", "energy", "energy") +
      judged(found, "judgement/", "abs_magnetization", "|m|") +
      (gap ? fmt::format(", free energy {:.3g} higher of held-out configurations than of learned ones", *gap)
           : std::string());
  if (!epoch || told.empty())
    return end && error ? fmt::format("after epoch {} reconstruction error {:.3g}", *end, *error) : "";
  return fmt::format("after epoch {}", *epoch) + told.substr(1);
}

std::string FilterStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  const auto epoch = found.last_count("history/epoch");
  const auto error = found.last("history/reconstruction_error"), norm = found.last("history/weight_norm");
  return epoch && error && norm
             ? fmt::format("after epoch {} reconstruction error {:.3g}, weight norm {:.3g}", *epoch, *error,
                           *norm)
             : "";
}

std::string FlowStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  std::vector<std::string> starts;
  for (const double t : found.list("start_temperature")) starts.push_back(start_text(t));
  const auto ends = [&](const std::string& path) {
    return Quantity{"", found.ends(path + "/mean"), found.ends(path + "/error")};
  };
  const Quantity by_network = ends("mean_temperature"), by_energy = ends("energy_temperature");
  const bool any_energy = std::ranges::any_of(by_energy.value, [](double x) { return !std::isnan(x); });
  return "ends at T by the thermometer's mean" + std::string(any_energy ? " and by the energy" : "") + ": " +
         campaign::first_of(by_start(starts, {by_network, by_energy}, " and "), "; ");
}

std::string SpectrumStage::results(const archive::Archive& archive, const std::string& group) {
  std::vector<std::string> pieces;
  for (const double value : Found(archive, group).list("singular_value"))
    pieces.push_back(short_number(value));
  return "singular values " + campaign::first_of(pieces, "; ");
}

std::string ReceptiveFieldStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  std::vector<std::string> pieces;
  for (int layer = 1;; ++layer) {
    auto shares = found.list(fmt::format("layer_{}/window_fraction", layer));
    std::erase_if(shares, [](double x) { return std::isnan(x); });
    if (shares.empty()) break;
    std::ranges::nth_element(shares, shares.begin() + static_cast<std::ptrdiff_t>(shares.size() / 2));
    pieces.push_back(fmt::format("{:.2f} in layer {}", shares[shares.size() / 2], layer));
  }
  return pieces.empty() ? "" : "median share of a field in its window: " + campaign::first_of(pieces, "; ");
}

std::string ReconstructionStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  const auto overlap = found.list("overlap/mean");
  const std::size_t n_layers = std::max<std::size_t>(1, found.length("layer"));
  const std::size_t n = overlap.size() / n_layers;
  const std::vector<double> of_top(overlap.end() - static_cast<std::ptrdiff_t>(n), overlap.end());
  return "overlap of data and their reconstruction from layer " + std::to_string(n_layers) + ": " +
         range_text(of_top);
}

std::string LikelihoodStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  std::string text = "ln Z = " + found.estimate("ln_z", "ln_z_error");
  const auto at = found.list("temperature");
  if (const auto kl = estimates_at(found, "T", at, "kl_divergence/mean", "kl_divergence/error"); !kl.empty())
    return text + ", D_KL in nats " + kl;
  if (const auto mean = estimates_at(found, "T", at, "log_likelihood/mean", "log_likelihood/error");
      !mean.empty())
    return text + ", mean log-likelihood " + mean;
  return text;
}

std::string MappingStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  const double ln_z = found.scalar("machine_ln_z").value_or(0.0);
  const auto text = [&](const std::string& name) {
    return rounded_estimate(found.scalar(name).value_or(std::nan("")),
                            found.scalar(name + "_error").value_or(0.0), ln_z);
  };
  return "D_KL = " + text("kl_divergence") + " nats, dF = " + text("delta_f");
}

std::string ChainMachineStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  return "learned couplings " +
         estimates_at(found, "K'", found.list("coupling"), "learned_coupling/mean", "learned_coupling/error");
}

std::string KadanoffStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  const auto at = found.list("coupling");
  return "D_KL of the free machine in nats " +
         estimates_at(found, "K", at, "free_machine/kl_divergence", "free_machine/kl_divergence_error");
}

std::string McrgStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  std::vector<std::string> pieces;
  for (const auto& [parity, symbol] : {std::pair("even", "y_t"), {"odd", "y_h"}}) {
    const std::string name = std::string(parity) + "/exponent/";
    const auto value = found.last(name + "mean"), error = found.last(name + "error");
    if (value && std::isfinite(*value))
      pieces.push_back(std::string(symbol) + " = " + estimate_text(*value, error.value_or(0.0)));
  }
  const auto critical = found.list("match/critical_coupling/mean");
  const std::size_t n_levels = found.length("match/level");
  if (n_levels > 0 && critical.size() >= n_levels) {
    const std::size_t at =
        critical.size() / n_levels * (n_levels - 1); // the nearest neighbours on the last level
    pieces.push_back("K_c = " +
                     estimate_text(critical[at], error_at(found.list("match/critical_coupling/error"), at)));
  }
  return pieces.empty() ? "" : "on the last level " + joined(pieces, ", ");
}

std::string CouplingsStage::results(const archive::Archive& archive, const std::string& group) {
  const Found found(archive, group);
  const auto temperature = found.list("temperature"), mean = found.list("mean"), error = found.list("error"),
             chance = found.list("p_value");
  const std::size_t n = mean.size() / std::max<std::size_t>(1, temperature.size());
  std::vector<std::string> pieces;
  for (std::size_t t = 0; n > 0 && t < temperature.size(); ++t)
    if (std::isfinite(mean[t * n]))
      pieces.push_back(estimate_text(mean[t * n], error_at(error, t * n)) +
                       (std::isnan(temperature[t]) ? "" : " at T = " + short_number(temperature[t])) +
                       (t < chance.size() && std::isfinite(chance[t])
                            ? fmt::format(" (p = {:.2g})", chance[t])
                            : std::string()));
  return "nearest-neighbour coupling " + (pieces.empty() ? "not known" : campaign::first_of(pieces, "; "));
}

} // namespace blockspin::stages
