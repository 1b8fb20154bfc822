// [rbm]: which keys may be changed of a training that has begun, or ended.

#include <algorithm>

#include "blockspin/stages/rbm.hpp"
#include "blockspin/train/continuation.hpp"

namespace blockspin::stages {

namespace {

bool is_one_of(const std::string& key, const std::vector<std::string>& keys) {
  return std::ranges::find(keys, key) != keys.end();
}

const std::vector<std::string> rate_keys = {"schedule", "learning_rate", "final_rate", "schedule_epochs",
                                            "learning_rates"};
const std::vector<std::string> judging_keys = {"judge_interval", "judge_configurations", "judge_steps"};

/// Whether judgements of the first n_epochs are among those of before.
bool judges_no_more(const RbmDeck& now, const RbmDeck& before, std::uint64_t n_epochs) {
  const auto wanted = train::judged_epochs(now.judge_interval, n_epochs);
  const bool same_way =
      now.judge_configurations == before.judge_configurations && now.judge_steps == before.judge_steps;
  return wanted.empty() ||
         (same_way &&
          train::first_missing(wanted, train::judged_epochs(before.judge_interval, n_epochs), n_epochs) == 0);
}

/// Of one layer, after as many epochs as it was trained before.
bool layer_is_the_same(const std::string& key, const RbmDeck& now, const RbmDeck& before) {
  if (is_one_of(key, rate_keys))
    return train::same_rates(update_rule(now), update_rule(before), before.epochs);
  if (is_one_of(key, judging_keys)) return judges_no_more(now, before, before.epochs);
  if (key == "snapshots") return train::first_missing(now.snapshots, before.snapshots, before.epochs) == 0;
  return key == "weight_limit" && now.weight_limit >= before.weight_limit;
}

} // namespace

std::string RbmStage::part_of(std::size_t number) const {
  return deck().hidden.size() == 1 ? std::string() : "layer " + std::to_string(number);
}

std::string RbmStage::first_part() const { return part_of(1); }

void RbmStage::check_state(StateSource& source) const {
  train::require_same_beginning(changing_settings(1), train::load_beginning(source));
}

std::vector<std::string> RbmStage::keys_of_the_future() const {
  std::vector<std::string> keys = rate_keys;
  keys.insert(keys.end(), judging_keys.begin(), judging_keys.end());
  keys.insert(keys.end(), {"snapshots", "weight_limit"});
  return keys;
}

bool RbmStage::concerns_the_future(const std::string& key, const campaign::Stage& before) const {
  const auto& other = dynamic_cast<const RbmStage&>(before);
  for (std::size_t k = 1; k <= std::min(deck().hidden.size(), other.deck().hidden.size()); ++k)
    if (!layer_is_the_same(deck::split_layer(key).second, layer(k), other.layer(k))) return false;
  return true;
}

} // namespace blockspin::stages
