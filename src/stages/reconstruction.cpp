#include "blockspin/stages/reconstruction.hpp"

#include <algorithm>
#include <cmath>

#include "blockspin/analysis/block_moments.hpp"
#include "blockspin/analysis/hidden_order.hpp"
#include "blockspin/analysis/labelled_sample.hpp"
#include "blockspin/analysis/stack_pass.hpp"
#include "blockspin/analysis/walker_observables.hpp"
#include "blockspin/stages/context.hpp"
#include "blockspin/stages/inputs.hpp"

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
                  std::uint64_t window)
      : geometry_(geometry), window_(window), spins_(geometry, field), n_levels_(stack.size() + 1) {
    for (const auto& fields : analysis::stack_fields(stack))
      orders_.emplace_back(geometry, analysis::measure_fields(geometry, fields, window));
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

/// Mean and error of every quantity at every temperature, and how they are written.
class PassTables {
public:
  PassTables(const PassMeasurement& measurement, std::size_t n_layers)
      : measurement_(measurement), n_layers_(n_layers) {}
  void add(const analysis::BlockMoments& moments) { temperatures_.push_back(moments); }

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
      for (const analysis::BlockMoments& moments : temperatures_)
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
  std::vector<analysis::BlockMoments> temperatures_;
};

/// Configurations a rank unpacks at a time: what memory it takes, whatever the deck asks for.
constexpr std::uint64_t batch = 256;

/// Configurations [first, first + n) as +-1.
Array<float, 2> unpacked(const Array<std::uint8_t, 2>& packed, std::uint64_t first, std::uint64_t n,
                         std::size_t n_sites) {
  Array<float, 2> spins({n, n_sites});
  for (std::uint64_t i = 0; i < n; ++i) unpack(packed.row(first + i), spins.row(i), -1.0F, 1.0F);
  return spins;
}

View<double, 2> rows(Array<double, 2>& table, std::uint64_t first, std::uint64_t n) {
  return {table.data() + first * table.extent(1), {n, table.extent(1)}};
}

/// The first configurations and what becomes of them, level after level; every rank computes them alike.
void add_examples(const analysis::StackPass& stack, View<const float, 2> spins, std::uint64_t sequence,
                  std::vector<float>& examples) {
  const analysis::PassedUp passed = stack.pass(spins, 0, sequence);
  examples.insert(examples.end(), spins.flat().begin(), spins.flat().end());
  for (const auto& reconstruction : passed.reconstruction)
    examples.insert(examples.end(), reconstruction.flat().begin(), reconstruction.flat().end());
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
      field("rbm", &D::rbm, "the machine, or stack of machines").required().refers_to("rbm"),
      field("sample", &D::sample, "where configurations come from; auto: the machine's own sample")
          .refers_to("sample"),
      field("temperatures", &D::temperatures, "temperatures of the configurations; auto: all of the sample's")
          .unit("J/k_B"),
      field("configurations", &D::configurations, "configurations a temperature, the first kept ones")
          .check(at_least(2)),
      field("examples", &D::examples, "configurations a temperature that are kept for pictures")
          .check(between(1, 1000)),
      field("dynamics", &D::dynamics, "whether units take sampled values or their means"),
      field("window", &D::window,
            "side of the windows that find where a unit looks, and whose magnetisations are the domains; "
            "auto: a "
            "quarter of the lattice's")
          .unit("sites")
          .check(at_least(1)));
  return schema;
}

std::string ReconstructionStage::sample_name(const Plan& plan) const {
  if (deck().sample) return *deck().sample;
  const std::string of_machine = plan.value("/rbm/" + deck().rbm, "sample");
  return of_machine.empty() ? "main" : of_machine;
}

std::vector<Reference> ReconstructionStage::references(const Plan& plan) const {
  auto all = StageOf::references(plan);
  if (!deck().sample) all.push_back({"sample", sample_name(plan), "sample"});
  return all;
}

void ReconstructionStage::check(const Plan& plan, const Complain& complain) const {
  const std::string sample = "/sample/" + sample_name(plan);
  const auto stored = plan.temperatures(sample);
  if (stored && deck().temperatures)
    for (const double t : deck().temperatures->values)
      if (deck::find_temperature(stored->values, t) == stored->values.size())
        complain("temperatures", format_number(t) + " is not one of " + sample,
                 allowed_temperatures(*stored));
  const auto kept = plan.value_as<std::uint64_t>(sample, "configurations");
  if (kept && deck().configurations > *kept)
    complain("configurations", "is more than " + sample + " keeps", "2 to " + std::to_string(*kept));
  if (deck().examples > deck().configurations)
    complain("examples", "is more than the configurations",
             "at most " + std::to_string(deck().configurations));
  const auto& extents = plan.model.lattice.values;
  if (deck().window.value_or(1) > *std::min_element(extents.begin(), extents.end()))
    complain("window", "is wider than the lattice", "");
}

Estimate ReconstructionStage::estimate(const Plan& plan, int n_ranks) const {
  const auto layers = plan.value_as<std::vector<std::uint64_t>>("/rbm/" + deck().rbm, "hidden");
  const auto stored = plan.temperatures("/sample/" + sample_name(plan));
  const double n_temperatures = static_cast<double>(deck().temperatures ? deck().temperatures->values.size()
                                                    : stored            ? stored->values.size()
                                                                        : 1);
  double below = static_cast<double>(plan.model.n_sites()), products = 0, depth = 0;
  for (const std::uint64_t n : layers.value_or(std::vector<std::uint64_t>{})) {
    products += below * static_cast<double>(n);
    below = static_cast<double>(n);
    ++depth;
  }
  const double n_sites = static_cast<double>(plan.model.n_sites());
  const double n = static_cast<double>(deck().configurations);
  Estimate estimate;
  // Packed configurations and their quantities all at once, spins and reconstructions a batch at a time.
  const double at_once =
      std::max(std::min(n / n_ranks, static_cast<double>(batch)), static_cast<double>(deck().examples));
  const double n_quantities = (depth + 1) * (static_cast<double>(plan.model.lattice.values.front()) / 2 + 7);
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

void ReconstructionStage::run(Context& context) {
  const lattice::Geometry geometry(context.model().lattice.values);
  const auto random = [&](rng::StreamId id) {
    return rng::Generator(context.seed(), id, rng::instance_number(label()));
  };
  const auto machines = read_machines(context.archive(), deck().rbm);
  const auto rule = deck().dynamics == PassRule::sampled ? rbm::Rule::sampled : rbm::Rule::mean;
  const analysis::StackPass stack(
      machines, rule, {random(rng::StreamId::reconstruction_up), random(rng::StreamId::reconstruction_down)});
  const auto& extents = geometry.extents();
  const std::uint64_t quarter =
      std::max<std::uint64_t>(1, *std::min_element(extents.begin(), extents.end()) / 4);
  const PassMeasurement measurement(geometry, context.model().field, machines,
                                    deck().window.value_or(quarter));
  const StoredSample sample = find_sample(context.archive(), sample_name(context.plan()));
  const std::vector<double> temperatures =
      deck().temperatures ? deck().temperatures->values : sample.temperature;

  PassTables tables(measurement, machines.size());
  std::vector<float> examples;
  const mpi::Range mine = analysis::items_of_rank(deck().configurations, pass_block, context.comm());
  for (std::size_t t = 0; t < temperatures.size(); ++t) {
    const std::size_t index = deck::find_temperature(sample.temperature, temperatures[t]);
    const auto packed = read_configurations(context.archive(), sample, {index}, mine);
    Array<double, 2> values({mine.size(), measurement.n_quantities()});
    for (std::uint64_t first = 0; first < mine.size(); first += batch) {
      const std::uint64_t n = std::min(batch, mine.size() - first);
      const auto spins = unpacked(packed, first, n, geometry.n_sites());
      measurement.measure(spins, stack.pass(spins, mine.first + first, t), rows(values, first, n));
    }
    tables.add(analysis::block_moments(context.comm(), deck().configurations, pass_block, values));
    const auto first = read_configurations(context.archive(), sample, {index}, {0, deck().examples});
    add_examples(stack, unpacked(first, 0, deck().examples, geometry.n_sites()), t, examples);
  }

  archive::StageWriter writer = context.begin_writing();
  const std::size_t n_layers = machines.size();
  writer.write_list("temperature", temperatures);
  writer.write_list("layer", counted_from(1, n_layers));
  writer.write_list("level", counted_from(0, n_layers + 1));
  tables.write(writer);
  writer.write_replicated("example", {temperatures.size(), n_layers + 1, deck().examples, geometry.n_sites()},
                          std::span<const float>(examples));
  writer.commit();
}

} // namespace blockspin::stages
