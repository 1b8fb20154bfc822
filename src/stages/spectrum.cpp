#include "blockspin/stages/spectrum.hpp"

#include <algorithm>

#include "blockspin/analysis/receptive_field.hpp"
#include "blockspin/analysis/weight_spectrum.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/machine.hpp"

namespace blockspin::stages {

namespace {

/// Vectors [k, entry] as columns [entry, k].
void write_columns(archive::StageWriter& writer, const std::string& path, const Array<double, 2>& vectors) {
  Array<double, 2> columns({vectors.extent(1), vectors.extent(0)});
  for (std::size_t k = 0; k < vectors.extent(0); ++k)
    for (std::size_t i = 0; i < vectors.extent(1); ++i) columns(i, k) = vectors(k, i);
  writer.write_replicated(path, {columns.extent(0), columns.extent(1)},
                          std::span<const double>(columns.flat()));
}

} // namespace

const deck::Schema<SpectrumDeck>& SpectrumStage::schema() {
  using namespace deck;
  static const Schema<SpectrumDeck> schema(
      "spectrum", "singular values and vectors of a machine's weights",
      field("rbm", &SpectrumDeck::rbm, "the machine; of a stack, the product of its layers' weights")
          .required()
          .refers_to(a_machine),
      field("epoch", &SpectrumDeck::epoch,
            "the machine's snapshot after so many epochs; auto: as its training left it")
          .unit("epochs"),
      field("epoch_scan", &SpectrumDeck::epoch_scan,
            "instead of epoch: one spectrum for each of these snapshots")
          .default_text("none")
          .unit("epochs")
          .scans("epoch", "e"));
  return schema;
}

std::optional<campaign::ModelDeck> SpectrumStage::model(const campaign::Plan& plan) const {
  const auto info = find_machine(plan, deck().rbm);
  return info ? info->model : std::nullopt;
}

void SpectrumStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const MachineInfo info = machine_of(plan, deck().rbm);
  check_lattice(info.lattice, info.group, "rbm", complain);
  check_snapshot(plan, deck().rbm, deck().epoch, complain);
}

campaign::Estimate SpectrumStage::estimate(const campaign::Plan& plan, int) const {
  const MachineInfo info = find_machine(plan, deck().rbm).value_or(MachineInfo{});
  const auto n_visible = static_cast<double>(info.n_visible);
  const double n_hidden = info.hidden.empty() ? 1.0 : static_cast<double>(info.hidden.back());
  const double n = std::min(n_visible, n_hidden);
  campaign::Estimate estimate;
  estimate.memory_per_rank = 8 * 4 * n_visible * n_hidden;
  estimate.archive_bytes = 8 * n * (2 * n_visible + n_hidden + 2);
  estimate.work = 20 * n * n_visible * n_hidden;
  estimate.work_unit = "floating point operations";
  estimate.seconds = estimate.work / 2e9;
  estimate.n_parts = 1;
  estimate.layout = "every rank alike";
  return estimate;
}

void SpectrumStage::run(campaign::Context& context) {
  const SafePoint safe_point = [&] { context.safe_point(); };
  const lattice::Geometry geometry(machine_of(context.plan(), deck().rbm).lattice);
  const auto weights =
      analysis::stack_fields(read_machines(context, deck().rbm, deck().epoch), safe_point).back();
  analysis::WeightSpectrum steps(geometry, weights, safe_point);
  context.run_stepper(steps);
  const auto& spectrum = steps.spectrum();
  const auto& patterns = steps.patterns();
  archive::StageWriter writer = context.begin_writing();
  writer.write_list("singular_value", spectrum.singular_value);
  write_columns(writer, "left_vector", spectrum.left_vector);
  write_columns(writer, "right_vector", spectrum.right_vector);
  writer.write_table("fourier_power", patterns.fourier_power);
  writer.write_list("participation", patterns.participation);
  writer.write_list("product_by_displacement", patterns.product_by_displacement);
  writer.write_list("largest_share", patterns.largest_share);
  writer.write_scalar("copy_units", patterns.n_copies);
  writer.commit();
}

std::vector<archive::Row> SpectrumStage::rows() {
  using enum ElementType;
  const archive::Axis index{"index", ""};
  const archive::Axis site{"site", ""};
  const archive::Axis hidden{"hidden", ""};
  return {
      {"singular_value",
       f64,
       {index},
       "1",
       "singular values of W, decreasing; the eigenvalues of W W^T are their squares"},
      {"left_vector",
       f64,
       {site, index},
       "1",
       "left singular vectors on the lattice, one column a singular value; the entry of largest magnitude is "
       "positive"},
      {"right_vector",
       f64,
       {hidden, index},
       "1",
       "right singular vectors over the hidden units, one column each"},
      {"fourier_power",
       f64,
       {index, site},
       "1",
       "part of each left singular vector in the plane waves of the lattice; wave vectors are numbered as "
       "sites are, in turns along each axis; rows sum to 1"},
      {"participation",
       f64,
       {index},
       "1",
       "1/sum of the fourth powers of each left singular vector: the sites it is spread over"},
      {"product_by_displacement",
       f64,
       {site},
       "1",
       "mean over sites x of (W W^T)(x, x + r); displacements r are numbered as sites are"},
      {"largest_share",
       f64,
       {hidden},
       "1",
       "largest squared weight of each hidden unit over the sum of all of them; NaN for a unit without "
       "weights"},
      {"copy_units", u64, {}, "1", "hidden units with largest_share above 1/2: copies of one site"},
  };
}

} // namespace blockspin::stages
