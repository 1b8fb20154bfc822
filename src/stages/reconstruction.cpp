#include "blockspin/stages/reconstruction.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "blockspin/analysis/block_moments.hpp"
#include "blockspin/analysis/hidden_order.hpp"
#include "blockspin/analysis/labelled_sample.hpp"
#include "blockspin/analysis/stack_pass.hpp"
#include "blockspin/analysis/walker_observables.hpp"
#include "blockspin/base/state.hpp"
#include "blockspin/campaign/context.hpp"
#include "blockspin/mpi/divided_rows.hpp"
#include "blockspin/stages/ensemble.hpp"
#include "blockspin/stages/machine.hpp"

namespace blockspin::stages {
namespace {

/// Configurations a block: sums run within blocks first, so results do not depend on the ranks.
constexpr std::uint64_t pass_block = 64;

/// Quantities of one configuration at one level, in the order of a row.
enum Quantity { overlap, energy, abs_magnetization, excess, domain_overlap, first_distance };
constexpr std::size_t n_hidden_quantities = 3;

/// The table of all quantities of this rank's configurations at one temperature.
class PassMeasurement {
public:
  PassMeasurement(const lattice::Geometry& geometry, double field, std::span<const rbm::Machine> stack,
                  std::uint64_t window, const SafePoint& safe_point)
      : geometry_(geometry), window_(window), spins_(geometry, field), n_levels_(stack.size() + 1) {
    for (const auto& fields : analysis::stack_fields(stack, safe_point))
      orders_.emplace_back(geometry, analysis::measure_fields(geometry, fields, window, safe_point));
  }
  std::size_t n_per_level() const { return first_distance + spins_.n_distances() + 1; }
  std::size_t n_distances() const { return spins_.n_distances() + 1; }
  std::size_t n_quantities() const {
    return n_levels_ * n_per_level() + orders_.size() * n_hidden_quantities;
  }
  std::size_t place(std::size_t level, std::size_t quantity) const {
    return level * n_per_level() + quantity;
  }
  std::size_t hidden_place(std::size_t layer, std::size_t quantity) const {
    return n_levels_ * n_per_level() + layer * n_hidden_quantities + quantity;
  }

  /// About, of one configuration: the correlations at all distances and the windows' sums, at every level.
  double seconds() const {
    const auto n_sites = static_cast<double>(geometry_.n_sites());
    return static_cast<double>(n_levels_) * n_sites *
           (static_cast<double>(spins_.n_distances()) + static_cast<double>(window_)) * 4e-9;
  }

  /// values [configuration, quantity].
  void measure(View<const float, 2> data, const analysis::PassedUp& passed, View<double, 2> values) const {
    for (std::size_t i = 0; i < data.extent(0); ++i) {
      const auto domains = domains_of(data.row(i));
      for (std::size_t level = 0; level < n_levels_; ++level) {
        const auto spins = level == 0 ? data.row(i) : passed.reconstruction[level - 1].view().row(i);
        const auto row = values.row(i).subspan(place(level, 0), n_per_level());
        measure_level(data.row(i), spins, row);
        row[domain_overlap] = cosine(domains, domains_of(spins));
      }
      for (std::size_t layer = 0; layer < orders_.size(); ++layer) {
        const auto order = orders_[layer].measure(passed.hidden[layer].view().row(i));
        values(i, hidden_place(layer, 0)) = order.abs_magnetization;
        values(i, hidden_place(layer, 1)) = order.neighbour_correlation;
        values(i, hidden_place(layer, 2)) = order.neighbour_correlation - order.pair_correlation;
      }
    }
  }

private:
  void measure_level(std::span<const float> data, std::span<const float> spins, std::span<double> row) const {
    const auto observed = spins_.measure(spins, row.subspan(first_distance));
    double common = 0;
    for (std::size_t site = 0; site < spins.size(); ++site)
      common += static_cast<double>(data[site]) * spins[site];
    row[overlap] = common / static_cast<double>(spins.size());
    row[energy] = observed.energy;
    row[abs_magnetization] = std::abs(observed.magnetization);
    row[excess] = observed.excess();
  }

  /// Magnetisations of all windows.
  std::vector<double> domains_of(std::span<const float> spins) const {
    return analysis::window_sums(geometry_, {spins.begin(), spins.end()}, window_);
  }
  static double cosine(std::span<const double> a, std::span<const double> b) {
    double product = 0, a_squared = 0, b_squared = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      product += a[i] * b[i];
      a_squared += a[i] * a[i];
      b_squared += b[i] * b[i];
    }
    return product / std::sqrt(a_squared * b_squared);
  }

  lattice::Geometry geometry_;
  std::uint64_t window_;
  analysis::WalkerMeasurement spins_;
  std::size_t n_levels_;
  std::vector<analysis::HiddenOrder> orders_;
};

/// Of every quantity, at one temperature.
struct Moments {
  std::vector<double> mean, error;
};

/// Mean and error of every quantity at every temperature, and how they are written.
class PassTables {
public:
  PassTables(const PassMeasurement& measurement, std::size_t n_layers,
             const std::vector<Moments>& temperatures)
      : measurement_(measurement), n_layers_(n_layers), temperatures_(temperatures) {}

  void write(archive::StageWriter& writer) const {
    write_levels(writer, "overlap", 1, overlap, 1);
    write_levels(writer, "domain_overlap", 1, domain_overlap, 1);
    write_levels(writer, "energy", 0, energy, 1);
    write_levels(writer, "abs_magnetization", 0, abs_magnetization, 1);
    write_levels(writer, "nearest_neighbour_excess", 0, excess, 1);
    write_levels(writer, "correlation", 0, first_distance, measurement_.n_distances());
    const char* names[] = {"abs_magnetization", "neighbour_correlation", "neighbour_excess"};
    for (std::size_t quantity = 0; quantity < n_hidden_quantities; ++quantity)
      write_pair(writer, std::string("hidden/") + names[quantity], n_layers_, 1,
                 [&](std::size_t layer, std::size_t) { return measurement_.hidden_place(layer, quantity); });
  }

private:
  /// Levels from `first` on of n quantities from `quantity` on.
  void write_levels(archive::StageWriter& writer, const std::string& path, std::size_t first,
                    std::size_t quantity, std::size_t n) const {
    write_pair(writer, path, n_layers_ + 1 - first, n, [&](std::size_t level, std::size_t k) {
      return measurement_.place(level + first, quantity + k);
    });
  }
  template <class Place>
  void write_pair(archive::StageWriter& writer, const std::string& path, std::size_t n_rows, std::size_t n,
                  Place&& place) const {
    std::vector<double> mean, error;
    for (std::size_t row = 0; row < n_rows; ++row)
      for (const Moments& moments : temperatures_)
        for (std::size_t k = 0; k < n; ++k) {
          mean.push_back(moments.mean[place(row, k)]);
          error.push_back(moments.error[place(row, k)]);
        }
    std::vector<std::uint64_t> extent{n_rows, temperatures_.size()};
    if (n > 1) extent.push_back(n);
    writer.write_replicated(path + "/mean", extent, std::span<const double>(mean));
    writer.write_replicated(path + "/error", extent, std::span<const double>(error));
  }

  const PassMeasurement& measurement_;
  std::size_t n_layers_;
  const std::vector<Moments>& temperatures_;
};

/// Configurations a rank unpacks at a time, at most: what memory it takes, whatever the deck asks for.
constexpr std::uint64_t batch = 256;

/// Configurations [first, first + n) as +-1.
Array<float, 2> unpacked(const Array<std::uint8_t, 2>& packed, std::uint64_t first, std::uint64_t n,
                         std::size_t n_sites) {
  Array<float, 2> spins({n, n_sites});
  for (std::uint64_t i = 0; i < n; ++i) unpack(packed.row(first + i), spins.row(i), -1.0F, 1.0F);
  return spins;
}

/// What is measured, on which configurations.
struct PassPlan {
  const analysis::StackPass& stack;
  const PassMeasurement& measurement;
  std::size_t n_sites;
  std::vector<double> temperatures;
  std::uint64_t n_configurations; ///< at each
  std::uint64_t n_at_a_time;
};

/// Temperatures one after the other, each rank a few of its configurations a step. The state: the moments of
/// the temperatures that are done, and the rows of the one that is not.
class PassSteps final : public Stepper {
public:
  /// Packed configurations [range) of temperature number t. Collective.
  using Read = std::function<Array<std::uint8_t, 2>(std::size_t t, mpi::Range range)>;

  PassSteps(const mpi::Communicator& comm, const PassPlan& plan, Read read)
      : comm_(comm), plan_(plan), read_(std::move(read)),
        mine_(analysis::items_of_rank(plan.n_configurations, pass_block, comm)) {}

  const std::vector<Moments>& moments() const { return moments_; }

  bool done() const override { return moments_.size() == plan_.temperatures.size(); }
  void advance() override {
    if (!rows_) begin_temperature();
    if (!rows_->done()) rows_->advance();
    if (rows_->done()) end_temperature();
  }
  double work_done() const override {
    return static_cast<double>(moments_.size() * plan_.n_configurations) + (rows_ ? rows_->work_done() : 0);
  }
  double work_total() const override {
    return static_cast<double>(plan_.temperatures.size() * plan_.n_configurations);
  }

  void save(StateSink& sink) const override {
    std::vector<double> mean, error;
    for (const Moments& at : moments_) {
      mean.insert(mean.end(), at.mean.begin(), at.mean.end());
      error.insert(error.end(), at.error.begin(), at.error.end());
    }
    sink.replicated("mean", std::span<const double>(mean));
    sink.replicated("error", std::span<const double>(error));
    sink.replicated("in_midst", std::uint64_t{rows_ ? 1U : 0U});
    if (rows_) rows_->save(sink);
  }
  void load(StateSource& source) override {
    const std::size_t n_quantities = plan_.measurement.n_quantities();
    moments_.assign(source.n_saved("mean") / n_quantities, {});
    std::vector<double> mean(moments_.size() * n_quantities), error(mean.size());
    source.replicated("mean", std::span<double>(mean));
    source.replicated("error", std::span<double>(error));
    for (std::size_t t = 0; t < moments_.size(); ++t) {
      const auto first = static_cast<std::ptrdiff_t>(t * n_quantities);
      const auto last = first + static_cast<std::ptrdiff_t>(n_quantities);
      moments_[t] = {{mean.begin() + first, mean.begin() + last},
                     {error.begin() + first, error.begin() + last}};
    }
    std::uint64_t in_midst = 0;
    source.replicated("in_midst", in_midst);
    rows_.reset();
    if (in_midst == 0) return;
    begin_temperature();
    rows_->load(source);
  }

private:
  void begin_temperature() {
    packed_ = read_(moments_.size(), mine_);
    rows_.emplace(
        comm_,
        mpi::DividedRows::Shape{plan_.n_configurations, plan_.measurement.n_quantities(), plan_.n_at_a_time},
        mine_, [this](mpi::Range range, View<double, 2> values) {
          const auto spins = unpacked(packed_, range.first - mine_.first, range.size(), plan_.n_sites);
          plan_.measurement.measure(spins, plan_.stack.pass(spins, range.first, moments_.size()), values);
        });
  }
  void end_temperature() {
    auto moments = analysis::block_moments(comm_, plan_.n_configurations, pass_block, rows_->rows());
    moments_.push_back({std::move(moments.mean), std::move(moments.error)});
    rows_.reset();
  }

  const mpi::Communicator& comm_;
  PassPlan plan_;
  Read read_;
  mpi::Range mine_;
  Array<std::uint8_t, 2> packed_; ///< this rank's, at the temperature at work
  std::optional<mpi::DividedRows> rows_;
  std::vector<Moments> moments_;
};

/// The first configurations of one temperature and what becomes of them, level after level; every rank
/// computes them alike.
void add_examples(const PassPlan& plan, const Array<std::uint8_t, 2>& packed, std::size_t temperature,
                  const SafePoint& safe_point, std::vector<float>& examples) {
  const std::uint64_t n = packed.extent(0);
  std::vector<std::vector<float>> levels;
  const auto add = [&](std::size_t level, std::span<const float> spins) {
    levels.resize(std::max(levels.size(), level + 1));
    levels[level].insert(levels[level].end(), spins.begin(), spins.end());
  };
  for (std::uint64_t first = 0; first < n; first += plan.n_at_a_time) {
    safe_point();
    const auto spins = unpacked(packed, first, std::min(plan.n_at_a_time, n - first), plan.n_sites);
    const analysis::PassedUp passed = plan.stack.pass(spins, first, temperature);
    add(0, spins.flat());
    for (std::size_t layer = 0; layer < passed.reconstruction.size(); ++layer)
      add(layer + 1, passed.reconstruction[layer].flat());
  }
  for (const auto& level : levels) examples.insert(examples.end(), level.begin(), level.end());
}

/// About, for one configuration to go up the stack, and back from every layer.
double seconds_of_pass(std::span<const rbm::Machine> stack) {
  double products = 0;
  for (std::size_t layer = 0; layer < stack.size(); ++layer)
    products += static_cast<double>(stack[layer].n_visible() * stack[layer].n_hidden()) *
                static_cast<double>(stack.size() - layer + 1);
  return products / 1e10;
}

std::vector<std::uint32_t> counted_from(std::uint32_t first, std::size_t n) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t i = 0; i < n; ++i) numbers.push_back(first + static_cast<std::uint32_t>(i));
  return numbers;
}

} // namespace

std::vector<std::string> choice_names(PassRule) { return {"sampled", "mean_field"}; }

const deck::Schema<ReconstructionDeck>& ReconstructionStage::schema() {
  using namespace deck;
  using D = ReconstructionDeck;
  static const Schema<D> schema(
      "reconstruction", "configurations sent up a stack of machines and back down from every layer",
      field("rbm", &D::rbm, "the machine, or stack of machines").required().refers_to(machine),
      field("sample", &D::sample, "where configurations come from; auto: the machine's own sample")
          .refers_to(ensemble),
      field("temperatures", &D::temperatures, "temperatures of the configurations; auto: all of the sample's")
          .unit("J/k_B"),
      field("configurations", &D::configurations, "configurations a temperature, the first kept ones")
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
  if (!deck().sample) all.push_back(campaign::reference_to(plan, ensemble, sample_name(plan), "sample"));
  return all;
}

void ReconstructionStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const EnsembleInfo sample = ensemble_of(plan, sample_name(plan));
  if (!check_lattice(sample.lattice, sample.group, "sample", complain)) return;
  if (deck().temperatures) check_temperatures(sample, deck().temperatures->values, "temperatures", complain);
  if (deck().configurations > sample.n_configurations)
    complain("configurations", "is more than " + sample.group + " keeps",
             "2 to " + std::to_string(sample.n_configurations));
  if (deck().examples > deck().configurations)
    complain("examples", "is more than the configurations",
             "at most " + std::to_string(deck().configurations));
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
  const double n = static_cast<double>(deck().configurations);
  campaign::Estimate estimate;
  // Packed configurations and their quantities all at once, spins and reconstructions a batch at a time.
  const double at_once =
      std::max(std::min(n / n_ranks, static_cast<double>(batch)), static_cast<double>(deck().examples));
  const double side = sample.lattice.empty() ? 1.0 : static_cast<double>(sample.lattice.front());
  const double n_quantities = (depth + 1) * (side / 2 + 7);
  estimate.memory_per_rank =
      n / n_ranks * (n_sites / 8 + 8 * n_quantities) + 4 * at_once * n_sites * (2 * depth + 2);
  estimate.archive_bytes = 4 * n_temperatures * static_cast<double>(deck().examples) * n_sites * (depth + 1);
  estimate.work = n * n_temperatures;
  estimate.work_unit = "configurations";
  estimate.seconds = estimate.work * 2 * (depth + 1) * products / 2e10 +
                     estimate.work * (depth + 1) * n_sites * n_sites * 1e-11;
  estimate.layout = "configurations divided over " + std::to_string(n_ranks) + " ranks";
  return estimate;
}

void ReconstructionStage::run(campaign::Context& context) {
  const StoredEnsemble sample = open_ensemble(context, sample_name(context.plan()));
  const lattice::Geometry geometry(sample.lattice);
  const double field = sample.model ? sample.model->field : 0.0;
  const auto random = [&](rng::StreamId id) {
    return rng::Generator(context.seed(), id, rng::instance_number(label()));
  };
  const auto machines = read_machines(context, deck().rbm);
  const auto rule = deck().dynamics == PassRule::sampled ? rbm::Rule::sampled : rbm::Rule::mean;
  const analysis::StackPass stack(
      machines, rule, {random(rng::StreamId::reconstruction_up), random(rng::StreamId::reconstruction_down)});
  const auto& extents = geometry.extents();
  const std::uint64_t quarter =
      std::max<std::uint64_t>(1, *std::min_element(extents.begin(), extents.end()) / 4);
  const SafePoint safe_point = [&] { context.safe_point(); };
  const PassMeasurement measurement(geometry, field, machines, deck().window.value_or(quarter), safe_point);
  const std::vector<double> temperatures =
      deck().temperatures ? deck().temperatures->values : sample.temperature;

  const auto read = [&](std::size_t t, mpi::Range range) {
    const std::size_t index = deck::find_temperature(sample.temperature, temperatures[t]);
    return read_configurations(context.archive(), sample, {index}, range);
  };
  const std::uint64_t n_at_a_time =
      std::min(batch, mpi::rows_a_step(measurement.seconds() + seconds_of_pass(machines)));
  const PassPlan plan{stack,        measurement,           geometry.n_sites(),
                      temperatures, deck().configurations, n_at_a_time};
  PassSteps steps(context.comm(), plan, read);
  context.run_stepper(steps);
  std::vector<float> examples;
  for (std::size_t t = 0; t < temperatures.size(); ++t)
    add_examples(plan, read(t, {0, deck().examples}), t, safe_point, examples);

  archive::StageWriter writer = context.begin_writing();
  const std::size_t n_layers = machines.size();
  writer.write_list("temperature", temperatures);
  writer.write_list("layer", counted_from(1, n_layers));
  writer.write_list("level", counted_from(0, n_layers + 1));
  PassTables(measurement, n_layers, steps.moments()).write(writer);
  writer.write_replicated("example", {temperatures.size(), n_layers + 1, deck().examples, geometry.n_sites()},
                          std::span<const float>(examples));
  writer.commit();
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
      {"example",
       f32,
       {temperature, level, example, site},
       "1",
       "the first configurations and their reconstructions, spins in [-1, 1]"},
  };
}

} // namespace blockspin::stages
