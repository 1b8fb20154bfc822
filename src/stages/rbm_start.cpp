// Where the training of an [rbm] starts: random weights, another machine, or a file.

#include <algorithm>
#include <filesystem>

#include "blockspin/archive/file_hash.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/stages/rbm.hpp"

namespace blockspin::stages {

namespace {

using Hidden = std::vector<std::uint64_t>;

std::string hidden_text(const Hidden& hidden) { return deck::Codec<Hidden>::text(hidden); }

bool has_biases(const rbm::Machine& machine) {
  const auto counts = [](float bias) { return bias != 0.0F; };
  return std::ranges::any_of(machine.visible_bias, counts) ||
         std::ranges::any_of(machine.hidden_bias, counts);
}

} // namespace

void RbmStage::look(const mpi::Communicator& comm, const std::string& deck_folder) {
  if (!deck().start_file) return;
  const std::string path =
      (std::filesystem::path(deck_folder) / *deck().start_file).lexically_normal().string();
  start_file_ = std::make_shared<const MachineFile>(comm, path, deck().start_group.value_or(""));
  rest_on({"start_file_hash", archive::file_hash(comm, path)});
}

void RbmStage::check_start(const campaign::Plan& plan, const EnsembleInfo& learned,
                           const campaign::Complain& complain) const {
  const auto require_shape = [&](const std::string& key, const std::string& what, std::uint64_t n_visible,
                                 const Hidden& hidden) {
    const bool fits = n_visible == learned.n_sites || n_visible == 0 || learned.n_sites == 0;
    if (!fits || hidden != deck().hidden)
      complain(key,
               what + " has " + std::to_string(n_visible) + " visible and " + hidden_text(hidden) +
                   " hidden units",
               "what has " + std::to_string(learned.n_sites) + " and " + hidden_text(deck().hidden));
  };
  if (start_file_)
    require_shape("start_file", start_file_->path(), start_file_->n_visible(), {start_file_->n_hidden()});
  if (!deck().start) return;
  const MachineInfo from = machine_of(plan, *deck().start);
  check_snapshot(plan, *deck().start, deck().start_epoch, complain, "start_epoch");
  require_shape("start", from.group, from.n_visible, from.hidden);
  if (from.has_biases && !deck().bias)
    complain("start", from.group + " has biases, and bias = off", "a machine without biases; or bias = on");
  if (from.units != deck().units)
    complain("start", from.group + " is of " + deck::Codec<rbm::Units>::text(from.units) + " units",
             "what is of " + deck::Codec<rbm::Units>::text(deck().units) + " units");
}

void RbmStage::read_start(const campaign::Context& context) {
  std::vector<rbm::Machine> start;
  if (deck().start) start = read_machines(context, *deck().start, deck().start_epoch);
  if (start_file_) start.push_back(start_file_->read(context.comm(), deck().units));
  if (!deck().bias && std::ranges::any_of(start, has_biases))
    throw_agreed(ErrorKind::deck, "bias = off, and the machine it starts from has biases", label());
  start_ = std::make_shared<const std::vector<rbm::Machine>>(std::move(start));
}

} // namespace blockspin::stages
