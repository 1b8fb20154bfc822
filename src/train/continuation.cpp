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

void require_agreement(bool agrees, const std::string& setting, const std::string& what_is_done) {
  if (!agrees) throw_agreed(ErrorKind::setting, setting + ": contradicts what is trained: " + what_is_done);
}

void require_same_rates(const UpdateRule& update, const std::vector<double>& rates) {
  for (std::uint64_t epoch = 0; epoch < rates.size(); ++epoch)
    require_agreement(update.rate(epoch) == rates[epoch], "learning_rate",
                      "epoch " + std::to_string(epoch + 1) + " had the rate " + format_number(rates[epoch]));
}

void require_same_judging(const JudgeSettings& judge, const Beginning& beginning) {
  const JudgeSettings& before = beginning.judge;
  const auto wanted = judged_epochs(judge.interval, beginning.n_epochs);
  const std::uint64_t missing =
      first_missing(wanted, judged_epochs(before.interval, beginning.n_epochs), beginning.n_epochs);
  require_agreement(missing == 0, "judge_interval", "epoch " + std::to_string(missing) + " was not judged");
  if (wanted.empty()) return;
  require_agreement(judge.configurations == before.configurations, "judge_configurations",
                    "machines were judged by " + std::to_string(before.configurations));
  require_agreement(judge.steps == before.steps, "judge_steps",
                    "machines were judged after " + std::to_string(before.steps));
}

} // namespace

void require_same_beginning(const Settings& settings, const Beginning& beginning) {
  require_agreement(beginning.rates.size() <= settings.epochs, "epochs",
                    std::to_string(beginning.rates.size()) + " have begun");
  require_agreement(settings.weight_limit >= beginning.weight_limit, "weight_limit",
                    "parameters up to " + format_number(beginning.weight_limit) + " were allowed");
  require_same_rates(settings.update, beginning.rates);
  require_same_judging(settings.judge, beginning);
  const std::uint64_t missing = first_missing(settings.snapshots, beginning.snapshots, beginning.n_epochs);
  require_agreement(missing == 0, "snapshots", "nothing was kept after epoch " + std::to_string(missing));
}

} // namespace blockspin::train
