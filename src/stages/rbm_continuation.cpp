// [rbm]: which keys may be changed of a training that has begun, or ended.

#include <algorithm>

#include "blockspin/base/text.hpp"
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

/// The rates of n_epochs in one line: the same line, the same rates.
std::string rates_text(const RbmDeck& deck, std::uint64_t n_epochs) {
  if (deck.schedule == train::Schedule::constant) return format_number(deck.learning_rate);
  if (deck.schedule != train::Schedule::list)
    return deck::Codec<train::Schedule>::text(deck.schedule) + " " + format_number(deck.learning_rate) + " " +
           format_number(deck.final_rate) + " " + std::to_string(deck.schedule_epochs);
  std::vector<double> rates = deck.learning_rates; // the last one holds from then on
  rates.resize(std::min<std::size_t>(rates.size(), n_epochs));
  while (rates.size() > 1 && rates.back() == rates[rates.size() - 2]) rates.pop_back();
  return deck::Codec<std::vector<double>>::text(rates);
}

/// "2, 6, 8 and 3 more".
std::string listed(const std::vector<std::uint64_t>& numbers) {
  constexpr std::size_t most = 10;
  std::vector<std::string> some;
  for (const std::uint64_t n : numbers)
    if (some.size() < most) some.push_back(std::to_string(n));
  return joined(some, ", ") +
         (numbers.size() > most ? " and " + std::to_string(numbers.size() - most) + " more" : "");
}

/// "the snapshots after epochs 2, 4", or nothing: what was made in the first n_epochs and is not wanted any more.
std::string unwanted(const char* what, const std::vector<std::uint64_t>& made,
                     const std::vector<std::uint64_t>& wanted, std::uint64_t n_epochs) {
  std::vector<std::uint64_t> epochs;
  for (const std::uint64_t epoch : made)
    if (epoch <= n_epochs && !std::ranges::binary_search(wanted, epoch)) epochs.push_back(epoch);
  if (epochs.empty()) return {};
  return std::string("the ") + what + (epochs.size() > 1 ? "s after epochs " : " after epoch ") +
         listed(epochs);
}

} // namespace

std::vector<campaign::Part> RbmStage::parts() const {
  const std::size_t n = deck().hidden.size();
  if (n == 1) return {campaign::Part{}};
  std::vector<campaign::Part> all;
  campaign::Part part;
  std::string below; // a layer's checkpoints are those above layers trained so long
  for (std::size_t k = 1; k <= n; ++k) {
    part.name = "layer " + std::to_string(k) + below;
    all.push_back(part);
    below += (k == 1 ? " above " : ", ") + std::to_string(layer(k).epochs);
    part.rests_on[layer_path(k) + ".rates"] = rates_text(layer(k), layer(k).epochs);
  }
  return all;
}

std::string RbmStage::key_of(const std::string& setting, std::size_t number,
                             const std::vector<std::string>& changed) const {
  const auto is_own = [&](const std::string& key) { return deck::split_layer(key).first == number; };
  const auto own = [&](const std::string& key) {
    const std::string in_layer = layer_path(number) + "." + key;
    return section().find(in_layer) != nullptr ? in_layer : key;
  };
  if (setting != "rates") return own(setting);
  std::vector<std::string> keys;
  for (const std::string& key : changed)
    if (is_one_of(deck::split_layer(key).second, rate_keys) && (is_own(key) || key == own(key)))
      keys.push_back(key);
  return keys.empty() ? own("learning_rate") : joined(keys, ", ");
}

void RbmStage::check_state(std::size_t part, StateSource& source,
                           const std::vector<std::string>& changed) const {
  const std::size_t number = part + 1;
  const auto found = train::contradiction(changing_settings(number), train::load_beginning(source));
  if (!found) return;
  const std::string where = deck().hidden.size() > 1 ? " in layer " + std::to_string(number) : "";
  throw_agreed(ErrorKind::setting, key_of(found->setting, number, changed) + ": contradicts what is trained" +
                                       where + ": " + found->done);
}

std::vector<std::string> RbmStage::keys_of_the_future() const {
  std::vector<std::string> keys = rate_keys;
  keys.insert(keys.end(), judging_keys.begin(), judging_keys.end());
  keys.insert(keys.end(), {"snapshots", "weight_limit"});
  return keys;
}

bool RbmStage::concerns_the_future(const std::string& key, const campaign::Stage& before) const {
  const auto& other = dynamic_cast<const RbmStage&>(before);
  const auto [number, plain] = deck::split_layer(key); // 0: of all layers
  for (std::size_t k = 1; k <= std::min(deck().hidden.size(), other.deck().hidden.size()); ++k)
    if ((number == 0 || number == k) && !layer_is_the_same(plain, layer(k), other.layer(k))) return false;
  return true;
}

std::string RbmStage::left_out(const std::string& key, const campaign::Stage& before) const {
  const auto& other = dynamic_cast<const RbmStage&>(before);
  const RbmDeck& then = other.deck();
  std::uint64_t n_epochs = 0; // of the layer that was trained longest
  for (std::size_t k = 1; k <= then.hidden.size(); ++k) n_epochs = std::max(n_epochs, other.layer(k).epochs);
  if (key == "snapshots") return unwanted("snapshot", then.snapshots, deck().snapshots, n_epochs);
  if (key != "judge_interval") return {};
  return unwanted("judgement", train::judged_epochs(then.judge_interval, n_epochs),
                  train::judged_epochs(deck().judge_interval, n_epochs), n_epochs);
}

} // namespace blockspin::stages
