#include "blockspin/stages/receptive_field.hpp"

#include <algorithm>

#include "blockspin/analysis/stack_shapes.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/machine.hpp"

namespace blockspin::stages {
namespace {

void write_control(archive::StageWriter& writer, const std::string& group,
                   const analysis::FieldShapes& shapes) {
  writer.write_list(group + "/window_fraction", shapes.window_fraction);
  writer.write_list(group + "/radius", shapes.radius);
  writer.write_list(group + "/orientation", shapes.orientation);
  writer.write_list(group + "/spacing", shapes.spacing);
  writer.write_list(group + "/coverage", shapes.coverage);
}

void write_shapes(archive::StageWriter& writer, const std::string& group,
                  const analysis::FieldShapes& shapes) {
  write_control(writer, group, shapes);
  writer.write_table(group + "/centre", shapes.centre);
}

} // namespace

const deck::Schema<ReceptiveFieldDeck>& ReceptiveFieldStage::schema() {
  using namespace deck;
  using D = ReceptiveFieldDeck;
  static const Schema<D> schema(
      "receptive_field", "where on the lattice the hidden units of each layer look",
      field("rbm", &D::rbm, "the machine, or stack of machines").required().refers_to(a_machine),
      field("window", &D::window, "side of the periodic window whose share of a field measures locality")
          .required()
          .unit("sites")
          .check(at_least(1)));
  return schema;
}

std::optional<campaign::ModelDeck> ReceptiveFieldStage::model(const campaign::Plan& plan) const {
  const auto info = find_machine(plan, deck().rbm);
  return info ? info->model : std::nullopt;
}

void ReceptiveFieldStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const MachineInfo info = machine_of(plan, deck().rbm);
  if (!check_lattice(info.lattice, info.group, "rbm", complain)) return;
  const auto& extents = info.lattice;
  const std::uint64_t most = *std::min_element(extents.begin(), extents.end());
  if (deck().window > most)
    complain("window", "is wider than the lattice", "at most " + std::to_string(most));
}

campaign::Estimate ReceptiveFieldStage::estimate(const campaign::Plan& plan, int) const {
  const MachineInfo info = find_machine(plan, deck().rbm).value_or(MachineInfo{});
  const auto n_sites = static_cast<double>(info.n_visible);
  const double n_units = info.n_hidden();
  // Every layer above the first takes a product of its weights with the fields below.
  const double products =
      n_sites *
      (info.n_weights() - n_sites * (info.hidden.empty() ? 0 : static_cast<double>(info.hidden[0])));
  campaign::Estimate estimate;
  estimate.memory_per_rank = 8 * 4 * n_sites * n_units;
  estimate.archive_bytes = 8 * n_sites * n_units;
  estimate.work = 3 * n_sites * n_units * (4 * static_cast<double>(deck().window) + 20) + 2 * products;
  estimate.work_unit = "operations";
  estimate.seconds = estimate.work / 5e8;
  estimate.n_parts = 1;
  estimate.layout = "every rank alike";
  return estimate;
}

void ReceptiveFieldStage::run(campaign::Context& context) {
  const lattice::Geometry geometry(machine_of(context.plan(), deck().rbm).lattice);
  const rng::Generator random = context.random(rng::StreamId::receptive_control, label());
  const auto stack = read_machines(context, deck().rbm);
  using enum analysis::FieldKind;
  analysis::StackShapes steps(geometry, deck().window, stack, random, [&] { context.safe_point(); });
  context.run_stepper(steps);
  std::vector<analysis::RandomSpacing> random_points;
  for (std::size_t layer = 0; layer < steps.n_layers(); ++layer)
    random_points.push_back(steps.spacing_of_random_points(layer));

  archive::StageWriter writer = context.begin_writing();
  for (std::size_t layer = 0; layer < steps.n_layers(); ++layer) {
    const std::string group = "layer_" + std::to_string(layer + 1);
    writer.write_table(group + "/field", steps.fields(layer));
    write_shapes(writer, group, steps.shapes(layer, trained));
    write_control(writer, group + "/untrained", steps.shapes(layer, untrained));
    write_control(writer, group + "/shuffled", steps.shapes(layer, shuffled));
    write_control(writer, group + "/blocks", steps.shapes(layer, blocks));
    write_control(writer, group + "/modes", steps.shapes(layer, modes));
    writer.write_scalar(group + "/random_spacing", random_points[layer].mean);
    writer.write_scalar(group + "/random_spacing_std", random_points[layer].std);
  }
  writer.commit();
}

std::vector<rng::StreamId> ReceptiveFieldStage::streams() {
  using enum rng::StreamId;
  return {receptive_control};
}

std::vector<archive::Row> ReceptiveFieldStage::rows() {
  using enum ElementType;
  const archive::Axis site{"site", ""};
  const archive::Axis hidden{"hidden_{k}", ""};
  const archive::Axis hidden_of_control{"{control}_{k}", ""};
  const archive::Axis dimension{"dimension", ""};
  return {
      {"layer_{k}/field",
       f64,
       {site, hidden},
       "1",
       "layer {k}: receptive fields r = W_1 W_2 ... W_{k}, one column a hidden unit"},
      {"layer_{k}/window_fraction",
       f64,
       {hidden},
       "1",
       "layer {k}: share of r^2 in the best periodic window; NaN for a unit without weights"},
      {"layer_{k}/centre",
       f64,
       {hidden, dimension},
       "lattice constant",
       "layer {k}: centre of r^2 within that window"},
      {"layer_{k}/radius",
       f64,
       {hidden},
       "lattice constant",
       "layer {k}: root mean square distance from the centre, weighted with r^2"},
      {"layer_{k}/orientation",
       f64,
       {hidden},
       "1",
       "layer {k}: sum r / sum |r|, +-1 for a field of one sign"},
      {"layer_{k}/spacing",
       f64,
       {hidden},
       "lattice constant",
       "layer {k}: distance from the centre to the nearest other"},
      {"layer_{k}/coverage", f64, {site}, "1", "layer {k}: sum over units of r^2 / sum r^2 at each site"},
      {"layer_{k}/random_spacing",
       f64,
       {},
       "lattice constant",
       "layer {k}: mean distance to the nearest of as many random points as units have fields"},
      {"layer_{k}/random_spacing_std",
       f64,
       {},
       "lattice constant",
       "layer {k}: how much that mean differs from one set of random points to another"},
      {"layer_{k}/{control}/window_fraction",
       f64,
       {hidden_of_control},
       "1",
       "layer {k}, {control} control: share of r^2 in the best periodic window"},
      {"layer_{k}/{control}/radius",
       f64,
       {hidden_of_control},
       "lattice constant",
       "layer {k}, {control} control: root mean square distance from the centre"},
      {"layer_{k}/{control}/spacing",
       f64,
       {hidden_of_control},
       "lattice constant",
       "layer {k}, {control} control: distance from the centre to the nearest other"},
      {"layer_{k}/{control}/orientation",
       f64,
       {hidden_of_control},
       "1",
       "layer {k}, {control} control: sum r / sum |r|"},
      {"layer_{k}/{control}/coverage",
       f64,
       {site},
       "1",
       "layer {k}, {control} control: sum over units of r^2 / sum r^2 at each site"},
  };
}

} // namespace blockspin::stages
