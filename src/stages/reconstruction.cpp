#include "blockspin/stages/reconstruction.hpp"

#include <algorithm>

#include "blockspin/analysis/reconstruction.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/machine.hpp"

namespace blockspin::stages {
namespace {

/// How the tables are written.
class TableWriter {
public:
  TableWriter(archive::StageWriter& writer, const analysis::Reconstruction& steps)
      : writer_(writer), steps_(steps) {}

  void write_all() {
    using Of = analysis::PassQuantity;
    write("overlap", Of::overlap);
    write("domain_overlap", Of::domain_overlap);
    write("energy", Of::energy);
    write("abs_magnetization", Of::abs_magnetization);
    write("nearest_neighbour_excess", Of::excess);
    write("correlation", Of::correlation);
    using OfHidden = analysis::HiddenQuantity;
    write("hidden/abs_magnetization", OfHidden::abs_magnetization);
    write("hidden/neighbour_correlation", OfHidden::neighbour_correlation);
    write("hidden/neighbour_excess", OfHidden::neighbour_excess);
    write_code("blocks", analysis::Code::blocks);
    write_code("modes", analysis::Code::modes);
  }

private:
  void write_code(const std::string& name, analysis::Code code) {
    write("baseline/" + name + "/overlap", code, analysis::CodeQuantity::overlap);
    write("baseline/" + name + "/domain_overlap", code, analysis::CodeQuantity::domain_overlap);
  }

  template <class... Quantity>
  void write(const std::string& path, Quantity... quantity) {
    const analysis::PassTable table = steps_.table(quantity...);
    writer_.write_replicated(path + "/mean", table.extent, std::span<const double>(table.mean));
    writer_.write_replicated(path + "/error", table.extent, std::span<const double>(table.error));
  }

  archive::StageWriter& writer_;
  const analysis::Reconstruction& steps_;
};

std::vector<std::uint32_t> counted_from(std::uint32_t first, std::size_t n) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t i = 0; i < n; ++i) numbers.push_back(first + static_cast<std::uint32_t>(i));
  return numbers;
}

} // namespace

const deck::Schema<ReconstructionDeck>& ReconstructionStage::schema() {
  using namespace deck;
  using D = ReconstructionDeck;
  static const Schema<D> schema(
      "reconstruction", "configurations sent up a stack of machines and back down from every layer",
      field("rbm", &D::rbm, "the machine, or stack of machines").required().refers_to(a_machine),
      field("sample", &D::sample, "where configurations come from; auto: the machine's own sample")
          .refers_to(an_ensemble),
      field("temperatures", &D::temperatures, "temperatures of the configurations; auto: all of the sample's")
          .unit("J/k_B"),
      field("configurations", &D::configurations,
            "configurations a temperature, the first kept ones; auto: all, up to 1000")
          .check(at_least(2)),
      field("examples", &D::examples, "configurations a temperature that are kept for pictures")
          .check(between(1, 1000)),
      field("dynamics", &D::dynamics, "whether units take sampled values or their means"),
      field("window", &D::window,
            "side of the windows that find where a unit looks, and whose magnetisations are the domains; "
            "auto: a quarter of the lattice's")
          .unit("sites")
          .check(at_least(1)));
  return schema;
}

std::string ReconstructionStage::sample_name(const campaign::Plan& plan) const {
  if (deck().sample) return *deck().sample;
  const auto info = find_machine(plan, deck().rbm);
  return info ? info->sample : "main";
}

std::optional<campaign::ModelDeck> ReconstructionStage::model(const campaign::Plan& plan) const {
  const auto info = find_machine(plan, deck().rbm);
  return info ? info->model : std::nullopt;
}

std::vector<campaign::Reference> ReconstructionStage::references(const campaign::Plan& plan) const {
  auto all = StageOf::references(plan);
  if (!deck().sample) all.push_back(campaign::reference_to(plan, an_ensemble, sample_name(plan), "sample"));
  return all;
}

std::uint64_t ReconstructionStage::n_configurations(std::uint64_t n_kept) const {
  constexpr std::uint64_t enough = 1000;
  return deck().configurations.value_or(std::min(n_kept, enough));
}

void ReconstructionStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const EnsembleInfo sample = ensemble_of(plan, sample_name(plan));
  const MachineInfo machine = machine_of(plan, deck().rbm);
  if (!check_lattice(sample.lattice, sample.group, "sample", complain) ||
      !check_units(sample, machine.n_visible, machine.lattice, machine.group, "sample", complain))
    return;
  if (deck().temperatures) check_temperatures(sample, deck().temperatures->values, "temperatures", complain);
  if (deck().configurations.value_or(0) > sample.n_configurations)
    complain("configurations", "is more than " + sample.group + " keeps",
             "2 to " + std::to_string(sample.n_configurations));
  const std::uint64_t n = n_configurations(sample.n_configurations);
  if (deck().examples > n)
    complain("examples", "is more than the configurations", "at most " + std::to_string(n));
  const auto& extents = sample.lattice;
  if (deck().window.value_or(1) > *std::min_element(extents.begin(), extents.end()))
    complain("window", "is wider than the lattice", "");
}

campaign::Estimate ReconstructionStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  const MachineInfo info = find_machine(plan, deck().rbm).value_or(MachineInfo{});
  const EnsembleInfo sample = find_ensemble(plan, sample_name(plan)).value_or(EnsembleInfo{});
  const auto n_temperatures =
      static_cast<double>(deck().temperatures ? deck().temperatures->values.size() : sample.n_classes());
  const double products = info.n_weights();
  const auto depth = static_cast<double>(info.hidden.size());
  const auto n_sites = static_cast<double>(sample.n_sites);
  const double n = static_cast<double>(n_configurations(sample.n_configurations));
  campaign::Estimate estimate;
  // Packed configurations and their quantities all at once, spins and reconstructions a batch at a time.
  const double at_once = std::max(std::min(n / n_ranks, static_cast<double>(analysis::most_passes_a_step)),
                                  static_cast<double>(deck().examples));
  const double side = sample.lattice.empty() ? 1.0 : static_cast<double>(sample.lattice.front());
  const double n_quantities = (depth + 1) * (side / 2 + 11);
  estimate.memory_per_rank = n / n_ranks * (n_sites / 8 + 8 * n_quantities) +
                             4 * at_once * n_sites * (2 * depth + 2) + 16 * n_sites * info.n_hidden();
  estimate.archive_bytes = 4 * n_temperatures * static_cast<double>(deck().examples) * n_sites * (depth + 1);
  estimate.work = n * n_temperatures;
  estimate.work_unit = "configurations";
  estimate.seconds = estimate.work * 2 * (depth + 1) * products / 2e10 +
                     estimate.work * (depth + 1) * n_sites * n_sites * 1e-11 +
                     estimate.work * 2 * n_sites * info.n_hidden() * 1e-9;
  estimate.layout = "configurations divided over " + counted(static_cast<std::uint64_t>(n_ranks), "rank");
  return estimate;
}

void ReconstructionStage::run(campaign::Context& context) {
  const StoredEnsemble sample = open_ensemble(context, sample_name(context.plan()));
  const lattice::Geometry geometry(sample.lattice);
  const double field = sample.model ? sample.model->field : 0.0;
  const auto random = [&](rng::StreamId id) { return context.random(id, label()); };
  const auto machines = read_machines(context, deck().rbm);
  const analysis::StackPass stack(
      machines, unit_rule(deck().dynamics),
      {random(rng::StreamId::reconstruction_up), random(rng::StreamId::reconstruction_down)});
  const auto& extents = geometry.extents();
  const std::uint64_t quarter =
      std::max<std::uint64_t>(1, *std::min_element(extents.begin(), extents.end()) / 4);
  const SafePoint safe_point = [&] { context.safe_point(); };
  const analysis::PassMeasurement measurement(geometry, field, machines, deck().window.value_or(quarter),
                                              safe_point);
  const std::vector<double> temperatures =
      deck().temperatures ? deck().temperatures->values : sample.temperature;

  const auto read = [&](std::size_t t, mpi::Range range) {
    const std::size_t index =
        deck().temperatures ? deck::find_temperature(sample.temperature, temperatures[t]) : t;
    return read_configurations(context.archive(), sample, {index}, range);
  };
  const std::uint64_t n = n_configurations(sample.n_configurations);
  if (!deck().configurations) context.resolve("configurations", std::to_string(n));
  analysis::Reconstruction steps(context.comm(),
                                 {stack, measurement, geometry.n_sites(), temperatures.size(), n,
                                  analysis::passes_a_step(measurement, machines)},
                                 read);
  context.run_stepper(steps);
  const std::vector<float> examples = steps.examples(deck().examples, safe_point);

  archive::StageWriter writer = context.begin_writing();
  const std::size_t n_layers = machines.size();
  writer.write_list("temperature", temperatures);
  writer.write_list("layer", counted_from(1, n_layers));
  writer.write_list("level", counted_from(0, n_layers + 1));
  TableWriter(writer, steps).write_all();
  for (const auto& [name, code] :
       {std::pair{"blocks", analysis::Code::blocks}, {"modes", analysis::Code::modes}}) {
    std::vector<std::uint64_t> n_numbers;
    for (std::size_t layer = 0; layer < n_layers; ++layer)
      n_numbers.push_back(measurement.code(layer, code).n_numbers());
    writer.write_list(std::string("baseline/") + name + "/n_numbers", n_numbers);
  }
  writer.write_replicated("example", {temperatures.size(), n_layers + 1, deck().examples, geometry.n_sites()},
                          std::span<const float>(examples));
  writer.commit();
}

std::vector<rng::StreamId> ReconstructionStage::streams() {
  using enum rng::StreamId;
  return {reconstruction_up, reconstruction_down};
}

std::vector<archive::Row> ReconstructionStage::rows() {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"};
  const archive::Axis layer{"layer", "layer"};
  const archive::Axis level{"level", "level"};
  const archive::Axis distance{"distance", ""};
  const archive::Axis example{"example", ""};
  const archive::Axis site{"site", ""};
  return {
      {"temperature", f64, {temperature}, "J/k_B", "temperatures of the data"},
      {"layer", u32, {layer}, "1", "layers of the stack, from 1"},
      {"level", u32, {level}, "1", "0: the data; l: their reconstruction from layer l"},
      {"overlap/mean",
       f64,
       {layer, temperature},
       "1",
       "overlap of data and reconstruction, (sum v v')/N: mean"},
      {"overlap/error", f64, {layer, temperature}, "1", "overlap of data and reconstruction: standard error"},
      {"domain_overlap/mean",
       f64,
       {layer, temperature},
       "1",
       "overlap of the magnetisations of all windows, sum M M' / sqrt(sum M^2 sum M'^2): mean"},
      {"domain_overlap/error",
       f64,
       {layer, temperature},
       "1",
       "overlap of the magnetisations of all windows: standard error"},
      {"{observable}/mean",
       f64,
       {level, temperature},
       "1",
       "{observable} of data and reconstructions, per spin, J = k_B = 1: mean"},
      {"{observable}/error",
       f64,
       {level, temperature},
       "1",
       "{observable} of data and reconstructions: standard error"},
      {"correlation/mean",
       f64,
       {level, temperature, distance},
       "1",
       "mean of s(x) s(x + r e) over sites and axes"},
      {"correlation/error", f64, {level, temperature, distance}, "1", "its standard error"},
      {"hidden/{observable}/mean",
       f64,
       {layer, temperature},
       "1",
       "{observable} of the hidden units as block spins: mean"},
      {"hidden/{observable}/error",
       f64,
       {layer, temperature},
       "1",
       "{observable} of the hidden units as block spins: standard error"},
      {"baseline/blocks/n_numbers",
       u64,
       {layer},
       "1",
       "baseline without training: as many blocks as the layer has units, or a few less, each written as its majority "
       "spin, one bit"},
      {"baseline/modes/n_numbers",
       u64,
       {layer},
       "1",
       "baseline without training: the longest Fourier modes, as many as the layer has units, each written as its "
       "real amplitude, which is more than a bit; the sign of their sum is read"},
      {"baseline/{code}/overlap/mean",
       f64,
       {layer, temperature},
       "1",
       "overlap of data and what is read back from the {code}, (sum v v')/N: mean"},
      {"baseline/{code}/overlap/error",
       f64,
       {layer, temperature},
       "1",
       "overlap of data and what is read back from the {code}: standard error"},
      {"baseline/{code}/domain_overlap/mean",
       f64,
       {layer, temperature},
       "1",
       "overlap of the magnetisations of all windows, data and what is read back from the {code}: mean"},
      {"baseline/{code}/domain_overlap/error",
       f64,
       {layer, temperature},
       "1",
       "overlap of the magnetisations of all windows, data and what is read back from the {code}: standard error"},
      {"example",
       f32,
       {temperature, level, example, site},
       "1",
       "the first configurations and their reconstructions, spins in [-1, 1]"},
  };
}

} // namespace blockspin::stages
