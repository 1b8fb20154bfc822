// Training on one core, beside a plain loop around a BLAS; and the same on all ranks beside one rank.

#include <fmt/format.h>

#include "blockspin/app/bench.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/train/trainer.hpp"
#include "plain_training.hpp"

namespace blockspin::app {

namespace {

constexpr TrainingWork works[] = {
    {"A", 100, 64, 100, 0}, {"B", 1600, 400, 100, 0}, {"C", 4096, 4096, 512, 0}, {"D", 1024, 1024, 512, 10}};

/// An epoch's batches: enough for its end not to weigh.
constexpr std::uint64_t batches_of_data = 32;

/// A trainer with its data, on this rank's part of them: random spins.
class Training {
public:
  Training(const mpi::Communicator& comm, const TrainingWork& work) : comm_(comm), data_(spins(comm, work)) {
    train::Settings settings;
    settings.n_hidden = work.n_hidden;
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

std::vector<Figure> training(const mpi::Communicator&, const TrainingWork& work) {
  const auto self = mpi::Communicator::self();
  PlainTraining plain(work);
  Training ours(self, work);
  const std::function<void()> rivals[] = {[&] { plain.update(); }, [&] { ours.update(); }};
  const InTurn times = measure_in_turn(self, rivals);
  const auto batch = static_cast<double>(work.batch);
  const std::string name = fmt::format("training.{}.", work.name);
  return {{name + "plain", batch / times.seconds[0], "samples/s", 0, ""},
          {name + "float32", batch / times.seconds[1], "samples/s", times.seconds[0] / times.seconds[1],
           "plain loop with oneDNN's sgemm"}};
}

} // namespace

std::vector<Benchmark> training_benchmarks() {
  std::vector<Benchmark> all;
  for (const TrainingWork& work : works)
    all.push_back(
        {fmt::format("training.{}.float32", work.name),
         fmt::format("{}x{} batch {}, {}, beside a plain loop", work.n_visible, work.n_hidden, work.batch,
                     work.pcd_steps > 0 ? fmt::format("PCD-{}", work.pcd_steps) : "CD-1"),
         [work](const mpi::Communicator& comm) { return training(comm, work); }});
  return all;
}

} // namespace blockspin::app
