#include "blockspin/campaign/stage.hpp"

#include <algorithm>

#include "blockspin/base/error.hpp"

#include "blockspin/campaign/plan.hpp"

namespace blockspin::campaign {

bool Stage::may_grow() const {
  return std::any_of(values_.begin(), values_.end(), [](const auto& value) { return value.may_grow; });
}

std::optional<ModelDeck> Stage::model(const Plan&) const { return std::nullopt; }

void Stage::refuse_as_beyond(const std::string& key) const {
  throw_agreed(ErrorKind::setting,
               key + ": '" + deck::text_of(values_, key) + "' in the deck, and more is done");
}

deck::Problem Stage::problem_at(const std::string& key, std::string what) const {
  const deck::Entry* const entry = section_.find(key);
  return {entry != nullptr ? entry->place : section_.place,
          section_.label() + "." + key,
          std::move(what),
          {},
          {}};
}

void Complain::operator()(const std::string& key, const std::string& what, const std::string& allowed) const {
  auto problem = stage_.problem_at(key, what);
  problem.allowed = allowed;
  problems_.add(std::move(problem));
}

void Complain::of_file(const std::string& key, const std::string& what) const {
  auto problem = stage_.problem_at(key, what);
  problem.kind = ErrorKind::archive;
  problems_.add(std::move(problem));
}

void Stage::look(const mpi::Communicator&, const Plan&, const Complain&) {}

void Stage::check(const Plan&, const Complain&) const {}

Estimate Stage::estimate(const Plan&, int) const { return {}; }

Reference reference_to(const Plan& plan, const std::string& what, const std::string& name,
                       const std::string& key) {
  return {what, name, key, plan.group_of(what, name)};
}

} // namespace blockspin::campaign
