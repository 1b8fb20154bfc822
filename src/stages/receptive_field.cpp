#include "blockspin/stages/receptive_field.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/analysis/receptive_field.hpp"
#include "blockspin/stages/context.hpp"
#include "blockspin/stages/inputs.hpp"

namespace blockspin::stages {
namespace {

/// Random points are drawn this often for the mean spacing of unordered centres.
constexpr std::size_t n_random_repeats = 100;

void write_control(archive::StageWriter& writer, const std::string& group,
                   const analysis::FieldShapes& shapes) {
  writer.write_list(group + "/window_fraction", shapes.window_fraction);
  writer.write_list(group + "/radius", shapes.radius);
  writer.write_list(group + "/orientation", shapes.orientation);
  writer.write_list(group + "/coverage", shapes.coverage);
}

void write_shapes(archive::StageWriter& writer, const std::string& group,
                  const analysis::FieldShapes& shapes) {
  write_control(writer, group, shapes);
  writer.write_table(group + "/centre", shapes.centre);
  writer.write_list(group + "/spacing", shapes.spacing);
}

/// Units that have a field at all.
std::size_t n_living(const analysis::FieldShapes& shapes) {
  return static_cast<std::size_t>(std::count_if(shapes.radius.begin(), shapes.radius.end(),
                                                [](double radius) { return !std::isnan(radius); }));
}

/// Sequences of one layer's random numbers, apart from every other's.
constexpr std::uint64_t sequence_of(std::size_t layer) { return static_cast<std::uint64_t>(layer + 1) << 32; }

} // namespace

const deck::Schema<ReceptiveFieldDeck>& ReceptiveFieldStage::schema() {
  using namespace deck;
  using D = ReceptiveFieldDeck;
  static const Schema<D> schema(
      "receptive_field", "where on the lattice the hidden units of each layer look",
      field("rbm", &D::rbm, "the machine, or stack of machines").required().refers_to("rbm"),
      field("window", &D::window, "side of the periodic window whose share of a field measures locality")
          .required()
          .unit("sites")
          .check(at_least(1)));
  return schema;
}

void ReceptiveFieldStage::check(const Plan& plan, const Complain& complain) const {
  const auto& extents = plan.model.lattice.values;
  const std::uint64_t most = *std::min_element(extents.begin(), extents.end());
  if (deck().window > most)
    complain("window", "is wider than the lattice", "at most " + std::to_string(most));
}

Estimate ReceptiveFieldStage::estimate(const Plan& plan, int) const {
  const auto layers = plan.value_as<std::vector<std::uint64_t>>("/rbm/" + deck().rbm, "hidden");
  const double n_sites = static_cast<double>(plan.model.n_sites());
  double n_units = 0, products = 0, below = 0;
  for (const std::uint64_t n : layers.value_or(std::vector<std::uint64_t>{})) {
    n_units += static_cast<double>(n);
    products += below * static_cast<double>(n) * n_sites;
    below = static_cast<double>(n);
  }
  Estimate estimate;
  estimate.memory_per_rank = 8 * 4 * n_sites * n_units;
  estimate.archive_bytes = 8 * n_sites * n_units;
  estimate.work = 3 * n_sites * n_units * (4 * static_cast<double>(deck().window) + 20) + 2 * products;
  estimate.work_unit = "operations";
  estimate.seconds = estimate.work / 5e8;
  estimate.layout = "every rank alike";
  return estimate;
}

void ReceptiveFieldStage::run(Context& context) {
  const lattice::Geometry geometry(context.model().lattice.values);
  const rng::Generator random(context.seed(), rng::StreamId::receptive_control,
                              rng::instance_number(label()));
  const auto stack = read_machines(context.archive(), deck().rbm);
  const auto fields = analysis::stack_fields(stack);
  const auto untrained = analysis::stack_fields(analysis::untrained_stack(stack, random));
  const auto measured = [&](const Array<double, 2>& of) {
    return analysis::measure_fields(geometry, of, deck().window);
  };
  archive::StageWriter writer = context.begin_writing();
  for (std::size_t layer = 0; layer < fields.size(); ++layer) {
    const std::string group = "layer_" + std::to_string(layer + 1);
    writer.write_table(group + "/field", fields[layer]);
    const analysis::FieldShapes shapes = measured(fields[layer]);
    write_shapes(writer, group, shapes);
    write_control(writer, group + "/untrained", measured(untrained[layer]));
    write_control(writer, group + "/shuffled",
                  measured(analysis::shuffled_fields(fields[layer], random, sequence_of(layer))));
    const auto random_points = analysis::random_spacing(geometry, n_living(shapes), n_random_repeats, random,
                                                        sequence_of(layer) + fields[layer].extent(1));
    writer.write_scalar(group + "/random_spacing", random_points.mean);
    writer.write_scalar(group + "/random_spacing_std", random_points.std);
  }
  writer.commit();
}

} // namespace blockspin::stages
