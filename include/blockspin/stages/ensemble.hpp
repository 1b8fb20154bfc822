#pragma once
// Ensembles: configurations that learners and analyses read, whoever made them ([sample], ...).

#include <optional>
#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"
#include "blockspin/base/array.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/campaign/model.hpp"
#include "blockspin/campaign/plan.hpp"

namespace blockspin::stages {

/// What `provides` of a stage that makes configurations says.
inline constexpr const char* an_ensemble = "ensemble";

/// What is known of an ensemble before it is there: from the deck, or from what the archive records.
struct EnsembleInfo {
  std::string group; ///< "/sample/main"
  /// Of its configurations, increasing; NaN for those that `auto` has still to find, so that no temperature
  /// matches them. Empty where configurations have no temperatures: then they are one class.
  std::optional<deck::Temperatures> temperatures;
  std::uint64_t n_configurations = 0; ///< at each temperature
  std::uint64_t n_ladders = 1;        ///< independent; configuration c was kept from ladder c % n_ladders
  std::uint64_t n_sites = 0;          ///< units of one configuration
  std::vector<std::uint64_t> lattice; ///< extents; empty where units have no places
  std::optional<campaign::ModelDeck> model; ///< whose Boltzmann distribution it is drawn from, or none

  std::size_t n_classes() const { return temperatures ? temperatures->values.size() : 1; }
};

/// A stage that provides one. Local.
class EnsembleProvider {
public:
  virtual ~EnsembleProvider() = default;
  virtual EnsembleInfo ensemble_info(const campaign::Plan& plan) const = 0;
};

/// The ensemble of that name; nothing where neither deck nor archive has it. Local.
std::optional<EnsembleInfo> find_ensemble(const campaign::Plan& plan, const std::string& name);
/// A stage's ensemble when it runs or is planned with its references found; throws ErrorKind::internal where
/// there is none. Local.
EnsembleInfo ensemble_of(const campaign::Plan& plan, const std::string& name);
/// Complains at `key` for each wanted temperature that the ensemble does not have. Local.
void check_temperatures(const EnsembleInfo& info, const std::vector<double>& wanted, const std::string& key,
                        const campaign::Complain& complain);
/// Complains at `key` where the ensemble's sites have no places on a lattice. Local.
bool check_lattice(const std::vector<std::uint64_t>& lattice, const std::string& group,
                   const std::string& key, const campaign::Complain& complain);
/// Complains at `key` where its configurations are not of `n_units` units (0: not known), or stand on another
/// lattice; `other` says whose units those are. Local.
bool check_units(const EnsembleInfo& info, std::uint64_t n_units, const std::vector<std::uint64_t>& lattice,
                 const std::string& other, const std::string& key, const campaign::Complain& complain);

/// Datasets that every provider writes: temperature (where there are any) and configuration.
std::vector<archive::Row> ensemble_rows();

/// An ensemble as it stands in the archive.
struct StoredEnsemble : EnsembleInfo {
  std::vector<double> temperature; ///< NaN of the one class without temperatures
  std::size_t n_bytes = 0;         ///< of one packed configuration
};

/// ErrorKind::archive where what is stored does not fit what the group says of itself. Collective.
StoredEnsemble open_ensemble(const campaign::Context& context, const std::string& name);

/// Of the temperatures with these indices the configurations `each`, counted one temperature after the other
/// (item i belongs to temperatures[i / each.size()]): items [mine.first, mine.last), shape [mine.size(),
/// n_bytes]. Every rank asks for its own range; ranges may overlap. Collective.
Array<std::uint8_t, 2> read_configurations(const archive::Archive& archive, const StoredEnsemble& ensemble,
                                           const std::vector<std::size_t>& temperatures, mpi::Range each,
                                           mpi::Range mine);
/// The same of all configurations.
Array<std::uint8_t, 2> read_configurations(const archive::Archive& archive, const StoredEnsemble& ensemble,
                                           const std::vector<std::size_t>& temperatures, mpi::Range mine);
/// Total energies in J, in the order of configurations; the ensemble must have a model. The same on every
/// rank. Collective.
std::vector<double> read_energies(const archive::Archive& archive, const StoredEnsemble& ensemble);

} // namespace blockspin::stages
