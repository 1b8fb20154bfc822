#pragma once
// Machines: what a training leaves, and what flows, spectra, fields and maps read.

#include <optional>
#include <string>
#include <vector>

#include "blockspin/campaign/context.hpp"
#include "blockspin/campaign/model.hpp"
#include "blockspin/campaign/plan.hpp"
#include "blockspin/rbm/machine.hpp"

namespace blockspin::stages {

/// What `provides` of a stage that makes machines says.
inline constexpr const char* a_machine = "machine";

/// What is known of a machine, or a stack of them, before it is there.
struct MachineInfo {
  std::string group;  ///< "/rbm/main"
  std::string sample; ///< the ensemble it learns
  rbm::Units units = rbm::Units::spin;
  std::uint64_t n_visible = 0;              ///< of the lowest layer; 0 where its ensemble is not known
  std::vector<std::uint64_t> hidden;        ///< units of each layer, from the lattice upwards
  std::vector<std::uint64_t> lattice;       ///< of the visible units; empty where they have no places
  std::optional<campaign::ModelDeck> model; ///< whose distribution it learns, or none
  std::vector<std::uint64_t> snapshots;     ///< epochs of which machines are kept
  bool has_trajectory = false;              ///< machines along the training are kept
  std::uint64_t n_epochs = 0;
  std::optional<deck::Temperatures> temperatures; ///< of its ensemble that it learns; all
  double held_out = 0;                            ///< share of each temperature that it does not learn
  bool has_biases = true;                         ///< its units may have biases other than 0

  /// Configurations of each temperature, of n, that are learned; the ones behind are held out.
  std::uint64_t n_learned(std::uint64_t n) const;
  /// Weights of all layers together.
  double n_weights() const;
  /// Hidden units of all layers together.
  double n_hidden() const;
};

/// Where a layer's datasets stand in the group of a machine: "layer_1" is next to the lattice.
std::string layer_path(std::size_t layer);

/// A stage that provides one. Local.
class MachineProvider {
public:
  virtual ~MachineProvider() = default;
  virtual MachineInfo machine_info(const campaign::Plan& plan) const = 0;
};

/// The machine of that name; nothing where neither deck nor archive has it. Local.
std::optional<MachineInfo> find_machine(const campaign::Plan& plan, const std::string& name);
/// A machine whose reference was found; throws ErrorKind::internal where there is none. Local.
MachineInfo machine_of(const campaign::Plan& plan, const std::string& name);
/// Its layers, from the lattice upwards, the same on every rank; with `epoch`, their snapshots after that
/// many epochs. ErrorKind::archive where a parameter is not finite, shapes do not fit what the group says of
/// itself, or there is no such snapshot. Collective.
std::vector<rbm::Machine> read_machines(const campaign::Context& context, const std::string& name,
                                        std::optional<std::uint64_t> epoch = std::nullopt);

/// Machines of a trajectory for estimates of memory and time, before there is one.
inline constexpr std::uint64_t likely_checkpoints = 30;
/// The machines along the training of layer `number`, whose machine is `end`: from independent units without fields,
/// which are not stored, to the last one before the end, or before the end of `epoch`; the same on every rank.
/// ErrorKind::archive as read_machines(). Collective.
std::vector<rbm::Machine> read_trajectory(const campaign::Context& context, const std::string& name,
                                          std::size_t number, const rbm::Machine& end,
                                          std::optional<std::uint64_t> epoch = std::nullopt);
/// Complains at `key`, whose value asks for a trajectory, where the machine keeps none. Local.
void check_trajectory(const campaign::Plan& plan, const std::string& name, const campaign::Complain& complain,
                      const std::string& key, const std::string& others);

/// Complains at `key` where the machine keeps no snapshot of it; no epoch, no complaint. Local.
void check_snapshot(const campaign::Plan& plan, const std::string& name, std::optional<std::uint64_t> epoch,
                    const campaign::Complain& complain, const std::string& key = "epoch");

} // namespace blockspin::stages
