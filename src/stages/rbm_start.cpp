// Where the training of an [rbm] starts: random weights, another machine, or a file.

#include <algorithm>
#include <bit>

#include "blockspin/archive/file_hash.hpp"
#include "blockspin/archive/own_files.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/rbm/product.hpp"
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

float largest_parameter(const rbm::Machine& machine) {
  return std::bit_cast<float>(
      std::max({rbm::largest_magnitude(machine.weights.flat()), rbm::largest_magnitude(machine.visible_bias),
                rbm::largest_magnitude(machine.hidden_bias)}));
}

/// Reports where no training can start from these parameters. `key` says which they are, and `what` is its value.
void check_parameters(const RbmDeck& deck, const rbm::Machine& machine, const std::string& key,
                      const std::string& what, const campaign::Complain& complain) {
  if (!deck.bias && has_biases(machine))
    complain(key, what + " has biases, and bias = off", "a machine without biases; or bias = on");
  if (const float largest = largest_parameter(machine); largest > static_cast<float>(deck.weight_limit))
    complain("weight_limit",
             key + " = " + what + " begins with a parameter of magnitude " +
                 deck::Codec<double>::text(largest) + ", beyond " + format_number(deck.weight_limit),
             "more than the largest of the initial parameters");
}

} // namespace

void RbmStage::look(const mpi::Communicator& comm, const campaign::Plan& plan,
                    const campaign::Complain& complain) {
  if (!deck().start_file) return;
  const std::string path = plan.path_of(*deck().start_file);
  if (archive::is_of_archive(comm, path, plan.archive_path()))
    return complain("start_file", "is the archive of this campaign, which every stage changes",
                    "another file; `start = V` begins with a machine V of this archive");
  complain.reads("start_file", [&] {
    const auto file = std::make_shared<const MachineFile>(comm, path, deck().start_group.value_or(""));
    check_parameters(deck(), file->read(comm, deck().units), "start_file", path, complain);
    rest_on({"start_file_hash", archive::file_hash(comm, path)});
    start_file_ = file;
  });
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
  deck::Problems problems; // of a machine of the archive: those of a file have been found
  for (const rbm::Machine& machine : start)
    check_parameters(deck(), machine, "start", deck().start.value_or(""), {*this, problems});
  if (!problems.empty()) throw_agreed(ErrorKind::deck, problems.all().front().text());
  start_ = std::make_shared<const std::vector<rbm::Machine>>(std::move(start));
}

} // namespace blockspin::stages
