#pragma once
// [import.NAME]: configurations that another program made.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/campaign/stage.hpp"
#include "blockspin/deck/path.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/or_none.hpp"
#include "blockspin/tables/table.hpp"

namespace blockspin::stages {

enum class ImportEncoding { automatic, spin, binary, packed };
std::vector<std::string> choice_names(ImportEncoding);

/// A list; or the place of labels, one number a configuration; or neither.
struct ImportTemperatures {
  std::optional<deck::Temperatures> list;
  std::string labels; ///< a dataset of the HDF5 file, or a file
};

struct ImportDeck {
  deck::Path file;
  OrNone<std::string> dataset;
  ImportEncoding encoding = ImportEncoding::automatic;
  ImportTemperatures temperatures;
  std::string model = "main"; ///< or "none"
  OrNone<deck::Extents> lattice;
};

/// How the numbers of a file become configurations.
struct ImportLayout {
  std::string problem;          ///< why they cannot; empty where they can
  std::size_t n_leading = 1;    ///< axes whose indices count configurations
  std::uint64_t n_rows = 0;     ///< configurations of all temperatures
  std::uint64_t row_length = 0; ///< numbers of a configuration
  std::uint64_t n_sites = 0;
  std::uint64_t n_classes = 1; ///< temperatures, or the one class without any

  std::uint64_t n_configurations() const { return n_rows / n_classes; }
};

/// Of a file with these extents. `sites`: extents of the lattice; empty where units have no places.
/// `n_temperatures`: 0 where there are none. Local.
ImportLayout import_layout(const std::vector<std::uint64_t>& extent, const std::vector<std::uint64_t>& sites,
                           bool packed, std::uint64_t n_temperatures, bool labelled);

class ImportStage : public campaign::StageOf<ImportDeck>, public EnsembleProvider {
public:
  static constexpr const char* provides = an_ensemble;
  using StageOf::StageOf;
  static const deck::Schema<ImportDeck>& schema();
  static std::vector<archive::Row> rows();
  void look(const mpi::Communicator& comm, const campaign::Plan& plan,
            const campaign::Complain& complain) override;
  void check(const campaign::Plan& plan, const campaign::Complain& complain) const override;
  campaign::Estimate estimate(const campaign::Plan& plan, int n_ranks) const override;
  void run(campaign::Context& context) override;
  std::optional<campaign::ModelDeck> model(const campaign::Plan& plan) const override;
  EnsembleInfo ensemble_info(const campaign::Plan& plan) const override;

private:
  void look_at_labels(const mpi::Communicator& comm, const campaign::Plan& plan);
  /// The text of the value `key` that look() found, or that the archive's group has. Local.
  std::string found(const campaign::Plan& plan, const std::string& key) const;
  std::optional<deck::Temperatures> temperatures(const campaign::Plan& plan) const;
  std::vector<std::uint64_t> lattice(const campaign::Plan& plan) const;
  ImportLayout layout(const campaign::Plan& plan) const;
  /// Why the labels do not fit the configurations; empty where they do.
  std::string wrong_labels(const ImportLayout& layout) const;

  std::shared_ptr<const tables::Table> table_; ///< since look()
  std::string labels_path_;
  std::vector<double> labels_; ///< of each configuration, as read
};

} // namespace blockspin::stages

/// `none`, a list, or a name: what begins as a number does is a list.
template <>
struct blockspin::deck::Codec<blockspin::stages::ImportTemperatures> {
  using Value = blockspin::stages::ImportTemperatures;
  static Value parse(std::string_view text);
  static std::string text(const Value& value);
  static std::string type() { return "temperatures, or name or path"; }
  static std::string allowed();
};
