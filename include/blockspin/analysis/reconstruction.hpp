#pragma once
// Configurations of several temperatures sent up a stack and back,
// measured, in steps that can be interrupted.

#include <functional>
#include <optional>
#include <vector>

#include "blockspin/analysis/pass_measurement.hpp"
#include "blockspin/mpi/divided_rows.hpp"

namespace blockspin::analysis {

/// What is measured, on which configurations. Borrows stack and measurement.
struct ReconstructionPlan {
  const StackPass& stack;
  const PassMeasurement& measurement;
  std::size_t n_sites;
  std::size_t n_temperatures;
  std::uint64_t n_configurations; ///< at each
  std::uint64_t n_at_a_time;      ///< that a rank passes up together
};

/// Configurations to pass up together: a step of a few hundredths of a second, and a bounded memory whatever
/// is asked for. Local.
std::uint64_t passes_a_step(const PassMeasurement& measurement, std::span<const rbm::Machine> stack);
/// The largest number passes_a_step() gives.
inline constexpr std::uint64_t most_passes_a_step = 256;

/// Mean and standard error of a quantity: [level or layer, temperature],
/// of the correlation [.., distance], row by row.
struct PassTable {
  std::vector<std::uint64_t> extent;
  std::vector<double> mean, error;
};

/// Temperatures one after the other, each rank a few of its configurations a step. The
/// state: the moments of the temperatures that are done, and the rows of the one that is
/// not. Collective; the same bits for every rank count.
class Reconstruction : public Stepper {
public:
  /// Packed configurations [range) of temperature number t, each rank its own range. Collective.
  using Read = std::function<Array<std::uint8_t, 2>(std::size_t t, mpi::Range range)>;

  /// Borrows comm.
  Reconstruction(const mpi::Communicator& comm, const ReconstructionPlan& plan, Read read);

  bool done() const override { return moments_.size() == plan_.n_temperatures; }
  void advance() override;
  double work_done() const override;
  double work_total() const override {
    return static_cast<double>(plan_.n_temperatures * plan_.n_configurations);
  }
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

  /// When done(). The overlaps begin with level 1: the data agree with themselves. Local.
  PassTable table(PassQuantity quantity) const;
  PassTable table(HiddenQuantity quantity) const;
  PassTable table(Code code, CodeQuantity quantity) const;

  /// The first n configurations of every temperature and what becomes of them,
  /// [temperature, level, configuration, site], spins in [-1, 1]; every rank
  /// computes them alike, passing `safe_point`. Collective.
  std::vector<float> examples(std::uint64_t n, const SafePoint& safe_point = {}) const;

private:
  /// Of every quantity, at one temperature.
  struct Moments {
    std::vector<double> mean, error;
  };
  void begin_temperature();
  void end_temperature();
  template <class Place>
  PassTable table_of(std::size_t n_rows, std::size_t n_columns, Place&& place) const;

  const mpi::Communicator& comm_;
  ReconstructionPlan plan_;
  Read read_;
  mpi::Range mine_;
  Array<std::uint8_t, 2> packed_; ///< this rank's, at the temperature at work
  std::optional<mpi::DividedRows> rows_;
  std::vector<Moments> moments_;
};

} // namespace blockspin::analysis
