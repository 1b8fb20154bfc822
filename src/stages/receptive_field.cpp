#include "blockspin/stages/receptive_field.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/analysis/receptive_field.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/machine.hpp"

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

/// What is measured of a layer: its fields, and two controls.
enum Kind : std::size_t { trained, untrained, shuffled, n_kinds };

/// Calls visit(list) for every list of numbers that shapes consist of.
template <class Shapes, class Visit>
void for_each_list(Shapes& shapes, Visit&& visit) {
  visit(std::span(shapes.window_fraction));
  visit(shapes.centre.flat());
  visit(std::span(shapes.radius));
  visit(std::span(shapes.orientation));
  visit(std::span(shapes.spacing));
  visit(std::span(shapes.coverage));
}

/// Shapes of n_hidden units, to be filled.
analysis::FieldShapes empty_shapes(const lattice::Geometry& geometry, std::size_t n_hidden) {
  const std::vector<double> a_unit(n_hidden);
  return {a_unit, Array<double, 2>({n_hidden, static_cast<std::size_t>(geometry.n_dimensions())}),
          a_unit, a_unit,
          a_unit, std::vector<double>(geometry.n_sites())};
}

/// Layers one after the other, of each the fields, then the controls. The state
/// holds those that are measured.
class ShapeSteps final : public Stepper {
public:
  using Fields = std::vector<Array<double, 2>>; ///< by layer
  ShapeSteps(const lattice::Geometry& geometry, std::uint64_t window, const Fields& of_trained,
             const Fields& of_untrained, const rng::Generator& random, SafePoint safe_point)
      : geometry_(geometry), window_(window), of_trained_(of_trained), of_untrained_(of_untrained),
        random_(random), safe_point_(std::move(safe_point)) {}

  /// When done(). Layers count from 0.
  const analysis::FieldShapes& shapes(std::size_t layer, Kind kind) const {
    return shapes_[layer * n_kinds + kind];
  }

  bool done() const override { return shapes_.size() == n_kinds * of_trained_.size(); }
  void advance() override { shapes_.push_back(measured(shapes_.size() / n_kinds, shapes_.size() % n_kinds)); }
  double work_done() const override { return static_cast<double>(shapes_.size()); }
  double work_total() const override { return static_cast<double>(n_kinds * of_trained_.size()); }

  void save(StateSink& sink) const override {
    std::vector<double> all;
    for (const analysis::FieldShapes& shapes : shapes_)
      for_each_list(shapes,
                    [&](std::span<const double> list) { all.insert(all.end(), list.begin(), list.end()); });
    sink.replicated("n_done", std::uint64_t{shapes_.size()});
    sink.replicated("shapes", std::span<const double>(all));
  }
  void load(StateSource& source) override {
    std::uint64_t n_done = 0;
    source.replicated("n_done", n_done);
    std::vector<double> all(source.n_saved("shapes"));
    source.replicated("shapes", std::span<double>(all));
    shapes_.clear();
    auto next = all.begin();
    while (shapes_.size() < n_done) {
      shapes_.push_back(empty_shapes(geometry_, of_trained_[shapes_.size() / n_kinds].extent(1)));
      for_each_list(shapes_.back(), [&](std::span<double> list) {
        std::copy_n(next, list.size(), list.begin());
        next += static_cast<std::ptrdiff_t>(list.size());
      });
    }
  }

private:
  analysis::FieldShapes measured(std::size_t layer, std::size_t kind) const {
    const auto measure = [&](const Array<double, 2>& fields) {
      return analysis::measure_fields(geometry_, fields, window_, safe_point_);
    };
    if (kind == trained) return measure(of_trained_[layer]);
    if (kind == untrained) return measure(of_untrained_[layer]);
    return measure(analysis::shuffled_fields(of_trained_[layer], random_, sequence_of(layer), safe_point_));
  }

  const lattice::Geometry& geometry_;
  std::uint64_t window_;
  const Fields& of_trained_;
  const Fields& of_untrained_;
  rng::Generator random_;
  SafePoint safe_point_;
  std::vector<analysis::FieldShapes> shapes_; ///< layer by layer, kind by kind, as far as they are measured
};

} // namespace

const deck::Schema<ReceptiveFieldDeck>& ReceptiveFieldStage::schema() {
  using namespace deck;
  using D = ReceptiveFieldDeck;
  static const Schema<D> schema(
      "receptive_field", "where on the lattice the hidden units of each layer look",
      field("rbm", &D::rbm, "the machine, or stack of machines").required().refers_to(machine),
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
  estimate.layout = "every rank alike";
  return estimate;
}

void ReceptiveFieldStage::run(campaign::Context& context) {
  const lattice::Geometry geometry(machine_of(context.plan(), deck().rbm).lattice);
  const rng::Generator random(context.seed(), rng::StreamId::receptive_control,
                              rng::instance_number(label()));
  const auto stack = read_machines(context, deck().rbm);
  const SafePoint safe_point = [&] { context.safe_point(); };
  const auto fields = analysis::stack_fields(stack, safe_point);
  const auto controls = analysis::stack_fields(analysis::untrained_stack(stack, random), safe_point);
  ShapeSteps steps(geometry, deck().window, fields, controls, random, safe_point);
  context.run_stepper(steps);
  std::vector<analysis::RandomSpacing> random_points;
  for (std::size_t layer = 0; layer < fields.size(); ++layer)
    random_points.push_back(
        analysis::random_spacing(geometry, n_living(steps.shapes(layer, trained)), n_random_repeats, random,
                                 sequence_of(layer) + fields[layer].extent(1), safe_point));

  archive::StageWriter writer = context.begin_writing();
  for (std::size_t layer = 0; layer < fields.size(); ++layer) {
    const std::string group = "layer_" + std::to_string(layer + 1);
    writer.write_table(group + "/field", fields[layer]);
    write_shapes(writer, group, steps.shapes(layer, trained));
    write_control(writer, group + "/untrained", steps.shapes(layer, untrained));
    write_control(writer, group + "/shuffled", steps.shapes(layer, shuffled));
    writer.write_scalar(group + "/random_spacing", random_points[layer].mean);
    writer.write_scalar(group + "/random_spacing_std", random_points[layer].std);
  }
  writer.commit();
}

std::vector<archive::Row> ReceptiveFieldStage::rows() {
  using enum ElementType;
  const archive::Axis site{"site", ""};
  const archive::Axis hidden{"hidden_{k}", ""};
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
       {hidden},
       "1",
       "layer {k}, {control} control: share of r^2 in the best periodic window"},
      {"layer_{k}/{control}/radius",
       f64,
       {hidden},
       "lattice constant",
       "layer {k}, {control} control: root mean square distance from the centre"},
      {"layer_{k}/{control}/orientation",
       f64,
       {hidden},
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
