#include "blockspin/train/continuation.hpp"

#include <algorithm>
#include <string>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"

namespace blockspin::train {

std::vector<std::uint64_t> judged_epochs(std::uint64_t interval, std::uint64_t n_epochs) {
  std::vector<std::uint64_t> epochs;
  const std::uint64_t n = interval > 0 ? n_epochs / interval : 0;
  for (std::uint64_t i = 1; i <= n; ++i) epochs.push_back(i * interval);
  return epochs;
}

std::uint64_t first_missing(std::span<const std::uint64_t> wanted, std::span<const std::uint64_t> kept,
                            std::uint64_t n_epochs) {
  for (const std::uint64_t epoch : wanted)
    if (epoch <= n_epochs && !std::ranges::binary_search(kept, epoch)) return epoch;
  return 0;
}

bool same_rates(const UpdateRule& one, const UpdateRule& other, std::uint64_t n_epochs) {
  for (std::uint64_t epoch = 0; epoch < n_epochs; ++epoch)
    if (one.rate(epoch) != other.rate(epoch)) return false;
  return true;
}

void save(StateSink& sink, const Beginning& beginning) {
  sink.replicated("epoch", beginning.n_epochs);
  sink.replicated("rates", std::span<const double>(beginning.rates));
  sink.replicated("weight_limit", beginning.weight_limit);
  sink.replicated("judge_interval", beginning.judge.interval);
  sink.replicated("judge_configurations", beginning.judge.configurations);
  sink.replicated("judge_steps", beginning.judge.steps);
  sink.replicated("snapshots", std::span<const std::uint64_t>(beginning.snapshots));
}

Beginning load_beginning(StateSource& source) {
  Beginning beginning;
  source.replicated("epoch", beginning.n_epochs);
  beginning.rates.resize(source.n_saved("rates"));
  source.replicated("rates", std::span<double>(beginning.rates));
  source.replicated("weight_limit", beginning.weight_limit);
  source.replicated("judge_interval", beginning.judge.interval);
  source.replicated("judge_configurations", beginning.judge.configurations);
  source.replicated("judge_steps", beginning.judge.steps);
  beginning.snapshots.resize(source.n_saved("snapshots"));
  source.replicated("snapshots", std::span<std::uint64_t>(beginning.snapshots));
  return beginning;
}

namespace {

using Found = std::optional<Contradiction>;

Found in_rates(const UpdateRule& update, const std::vector<double>& rates) {
  for (std::uint64_t epoch = 0; epoch < rates.size(); ++epoch)
    if (update.rate(epoch) != rates[epoch])
      return Contradiction{"rates", "epoch " + std::to_string(epoch + 1) + " had the rate " +
                                        format_number(rates[epoch])};
  return {};
}

Found in_judging(const JudgeSettings& judge, const Beginning& beginning) {
  const JudgeSettings& before = beginning.judge;
  const auto wanted = judged_epochs(judge.interval, beginning.n_epochs);
  const std::uint64_t missing =
      first_missing(wanted, judged_epochs(before.interval, beginning.n_epochs), beginning.n_epochs);
  if (missing != 0)
    return Contradiction{"judge_interval", "epoch " + std::to_string(missing) + " was not judged"};
  if (!wanted.empty() && judge.configurations != before.configurations)
    return Contradiction{"judge_configurations",
                         "machines were judged by " + std::to_string(before.configurations)};
  if (!wanted.empty() && judge.steps != before.steps)
    return Contradiction{"judge_steps", "machines were judged after " + std::to_string(before.steps)};
  return {};
}

} // namespace

std::optional<Contradiction> contradiction(const Settings& settings, const Beginning& beginning) {
  if (beginning.rates.size() > settings.epochs)
    return Contradiction{"epochs", std::to_string(beginning.rates.size()) + " have begun"};
  if (settings.weight_limit < beginning.weight_limit)
    return Contradiction{"weight_limit",
                         "parameters up to " + format_number(beginning.weight_limit) + " were allowed"};
  if (auto found = in_rates(settings.update, beginning.rates)) return found;
  if (auto found = in_judging(settings.judge, beginning)) return found;
  if (const auto missing = first_missing(settings.snapshots, beginning.snapshots, beginning.n_epochs))
    return Contradiction{"snapshots", "nothing was kept after epoch " + std::to_string(missing)};
  return {};
}

void require_same_beginning(const Settings& settings, const Beginning& beginning) {
  if (const auto found = contradiction(settings, beginning))
    throw_agreed(ErrorKind::setting, found->setting + ": contradicts what is trained: " + found->done);
}

} // namespace blockspin::train
