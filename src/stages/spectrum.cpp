#include "blockspin/stages/spectrum.hpp"

#include <algorithm>

#include "blockspin/analysis/receptive_field.hpp"
#include "blockspin/analysis/spectrum.hpp"
#include "blockspin/analysis/weight_patterns.hpp"
#include "blockspin/base/state.hpp"
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

/// The decomposition, which is one call of LAPACK, then what its vectors look like.
class SpectrumSteps final : public Stepper {
public:
  SpectrumSteps(const lattice::Geometry& geometry, const Array<double, 2>& weights, SafePoint safe_point)
      : geometry_(geometry), weights_(weights), safe_point_(std::move(safe_point)) {}

  const analysis::Spectrum& spectrum() const { return spectrum_; }
  const analysis::WeightPatterns& patterns() const { return patterns_; }

  bool done() const override { return has_patterns_; }
  void advance() override {
    if (!is_decomposed()) {
      spectrum_ = analysis::decompose(weights_);
      return;
    }
    patterns_ = analysis::weight_patterns(geometry_, spectrum_, weights_, safe_point_);
    has_patterns_ = true;
  }
  double work_done() const override { return (is_decomposed() ? 1 : 0) + (has_patterns_ ? 1 : 0); }
  double work_total() const override { return 2; }

  /// Patterns are not kept: they are worked out last.
  void save(StateSink& sink) const override {
    sink.replicated("singular_value", std::span<const double>(spectrum_.singular_value));
    sink.replicated("left_vector", std::span<const double>(spectrum_.left_vector.flat()));
    sink.replicated("right_vector", std::span<const double>(spectrum_.right_vector.flat()));
  }
  void load(StateSource& source) override {
    const std::size_t n = source.n_saved("singular_value");
    spectrum_ = {std::vector<double>(n), Array<double, 2>({n, n == 0 ? 0 : weights_.extent(0)}),
                 Array<double, 2>({n, n == 0 ? 0 : weights_.extent(1)})};
    source.replicated("singular_value", std::span<double>(spectrum_.singular_value));
    source.replicated("left_vector", spectrum_.left_vector.flat());
    source.replicated("right_vector", spectrum_.right_vector.flat());
  }

private:
  bool is_decomposed() const { return !spectrum_.singular_value.empty(); }

  const lattice::Geometry& geometry_;
  const Array<double, 2>& weights_;
  SafePoint safe_point_;
  analysis::Spectrum spectrum_;
  analysis::WeightPatterns patterns_;
  bool has_patterns_ = false;
};

} // namespace

const deck::Schema<SpectrumDeck>& SpectrumStage::schema() {
  using namespace deck;
  static const Schema<SpectrumDeck> schema(
      "spectrum", "singular values and vectors of a machine's weights",
      field("rbm", &SpectrumDeck::rbm, "the machine; of a stack, the product of its layers' weights")
          .required()
          .refers_to(machine),
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
  estimate.layout = "every rank alike";
  return estimate;
}

void SpectrumStage::run(campaign::Context& context) {
  const SafePoint safe_point = [&] { context.safe_point(); };
  const lattice::Geometry geometry(machine_of(context.plan(), deck().rbm).lattice);
  const auto weights =
      analysis::stack_fields(read_machines(context, deck().rbm, deck().epoch), safe_point).back();
  SpectrumSteps steps(geometry, weights, safe_point);
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
