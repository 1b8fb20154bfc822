// Training on one core, beside a plain loop around a BLAS; and the same on all ranks beside one rank.

#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "blockspin/app/bench.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/petsc/event.hpp"
#include "blockspin/rbm/profile.hpp"
#include "blockspin/train/trainer.hpp"
#include "plain_training.hpp"

namespace blockspin::app {

namespace {

constexpr TrainingWork works[] = {
    {"A", 100, 64, 100, 0}, {"B", 1600, 400, 100, 0}, {"C", 4096, 4096, 512, 0}, {"D", 1024, 1024, 512, 10}};
/// B with batches that leave two ranks enough to do.
constexpr TrainingWork large_batches{"B512", 1600, 400, 512, 0};

/// An epoch's batches: enough for its end not to weigh.
constexpr std::uint64_t batches_of_data = 32;

/// A trainer with its data, on this rank's part of them: random spins.
class Training {
public:
  Training(const mpi::Communicator& comm, const TrainingWork& work, rbm::Precision precision)
      : comm_(comm), data_(spins(comm, work)) {
    train::Settings settings;
    settings.n_hidden = work.n_hidden;
    settings.precision = precision;
    settings.batch = work.batch;
    settings.epochs = ~std::uint64_t{0};
    settings.algorithm = work.pcd_steps > 0 ? train::Algorithm::pcd : train::Algorithm::cd;
    settings.gibbs_steps = work.pcd_steps > 0 ? work.pcd_steps : 1;
    trainer_.emplace(comm_, data_, settings);
  }
  void update() { trainer_->advance(); }

private:
  static train::DataPart spins(const mpi::Communicator& comm, const TrainingWork& work) {
    const std::uint64_t n_rows = batches_of_data * work.batch;
    const auto held = mpi::block_range(n_rows, comm.rank(), comm.size());
    train::DataPart data{train::RowFormat::bits, work.n_visible, n_rows,
                         Array<std::uint8_t, 2>({held.size(), packed_bytes(work.n_visible)})};
    const rng::Generator generator(1, rng::StreamId::bench, 1);
    const std::uint64_t first = held.first * data.bytes.extent(1);
    for (std::size_t i = 0; i < data.bytes.size(); ++i)
      data.bytes.flat()[i] = static_cast<std::uint8_t>(generator.word(0, first + i));
    return data;
  }

  const mpi::Communicator& comm_;
  train::DataPart data_;
  std::optional<train::Trainer> trainer_;
};

/// Shares of the time of so many updates, in percent, by kind of work.
std::vector<Figure> shares(const std::string& name, Training& training, std::uint64_t n_updates) {
  static constexpr std::pair<rbm::Work, const char*> kinds[] = {{rbm::Work::data, "data"},
                                                                {rbm::Work::products, "products"},
                                                                {rbm::Work::units, "units"},
                                                                {rbm::Work::gradient, "gradient"},
                                                                {rbm::Work::update, "update"}};
  const petsc::Timing timing;
  const auto seconds = [](rbm::Work work) { return rbm::events().seconds(static_cast<std::size_t>(work)); };
  std::vector<double> before;
  for (const auto& [work, text] : kinds) before.push_back(seconds(work));
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t update = 0; update < n_updates; ++update) training.update();
  const double total = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::vector<Figure> figures;
  for (std::size_t k = 0; k < std::size(kinds); ++k)
    figures.push_back({name + "." + kinds[k].second, 100.0 * (seconds(kinds[k].first) - before[k]) / total,
                       "% of the time", 0, ""});
  return figures;
}

std::vector<Figure> training(const mpi::Communicator&, const TrainingWork& work, const std::string& name,
                             rbm::Precision precision) {
  const auto self = mpi::Communicator::self();
  PlainTraining plain(work);
  Training ours(self, work, precision);
  const std::function<void()> rivals[] = {[&] { plain.update(); }, [&] { ours.update(); }};
  const InTurn times = measure_in_turn(self, rivals);
  const auto batch = static_cast<double>(work.batch);
  std::vector<Figure> figures{{name, batch / times.seconds[1], "samples/s",
                               times.seconds[0] / times.seconds[1],
                               "plain float32 loop with oneDNN's sgemm"}};
  const auto n_updates = static_cast<std::uint64_t>(1.0 + 1.0 / times.seconds[1]); // a second's
  for (const Figure& share : shares(name, ours, n_updates)) figures.push_back(share);
  return figures;
}

/// One machine on all ranks, beside the same on one rank while the others wait.
std::vector<Figure> training_on_ranks(const mpi::Communicator& comm, const TrainingWork& work,
                                      const std::string& name) {
  const auto self = mpi::Communicator::self();
  Training alone(self, work, rbm::Precision::float32), together(comm, work, rbm::Precision::float32);
  const std::function<void()> rivals[] = {[&] {
                                            if (comm.is_root()) alone.update();
                                          },
                                          [&] { together.update(); }};
  const InTurn times = measure_in_turn(comm, rivals);
  const auto batch = static_cast<double>(work.batch);
  return {{name, batch / times.seconds[1], "samples/s", times.seconds[0] / times.seconds[1],
           fmt::format("one rank, on {}", comm.size())}};
}

std::string size_of(const TrainingWork& work) {
  return fmt::format("{}x{} batch {}, {}", work.n_visible, work.n_hidden, work.batch,
                     work.pcd_steps > 0 ? fmt::format("PCD-{}", work.pcd_steps) : "CD-1");
}

Benchmark on_one_core(const TrainingWork& work, rbm::Precision precision, const char* text) {
  const std::string name = fmt::format("training.{}.{}", work.name, text);
  return {name, size_of(work) + ", beside a plain loop",
          [=](const mpi::Communicator& comm) { return training(comm, work, name, precision); }};
}

Benchmark on_ranks(const TrainingWork& work) {
  const std::string name = fmt::format("training.ranks.{}", work.name);
  return {name, size_of(work) + ", float32, on all ranks beside one",
          [=](const mpi::Communicator& comm) { return training_on_ranks(comm, work, name); }};
}

} // namespace

std::vector<Benchmark> training_benchmarks() {
  std::vector<Benchmark> all;
  for (const TrainingWork& work : works) {
    all.push_back(on_one_core(work, rbm::Precision::float32, "float32"));
    all.push_back(on_one_core(work, rbm::Precision::bfloat16_two_terms, "bfloat16_two_terms"));
    all.push_back(on_one_core(work, rbm::Precision::bfloat16, "bfloat16"));
  }
  for (const TrainingWork& work : works) all.push_back(on_ranks(work));
  all.push_back(on_ranks(large_batches));
  return all;
}

} // namespace blockspin::app
