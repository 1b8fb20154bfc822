#include "blockspin/rg/mcrg_run.hpp"

#include <bit>

#include "blockspin/base/error.hpp"

namespace blockspin::rg {

McrgRun::McrgRun(const mpi::Communicator& comm, replica::Ensemble& ensemble,
                 const replica::LadderSetup& setup, replica::SamplingPlan plan, const BlockingSetup& blocking)
    : comm_(comm), n_ladders_(ensemble.n_ladders()), blocking_(blocking),
      operators_(blocking, rng::Generator(setup.seed, rng::StreamId::block_tie, setup.instance)),
      couplings_(blocking, 1 / setup.temperatures.front()), bins_(n_ladders_, LevelMoments(blocking)),
      sampling_(comm, ensemble, setup, std::move(plan),
                replica::KeptSink{
                    [this](const auto& configuration, std::uint64_t index) { measure(configuration, index); },
                    [this](std::uint64_t n_keeps) { learn(n_keeps); }}) {
  require(ensemble.n_temperatures() == 1 && setup.field == 0,
          "a renormalization run has one temperature and no field");
  require(setup.geometry.extents() == blocking.extents, "blocks are of the lattice that is simulated");
}

void McrgRun::measure(const replica::KeptConfiguration& configuration, std::uint64_t index) {
  operators_.measure(configuration.packed, index);
  LevelMoments& bin = bins_.at(index % n_ladders_, index / n_ladders_);
  bin.even.add(operators_.even());
  bin.odd.add(operators_.odd());
  couplings_.add(operators_.blocks(), index, bin.couplings);
}

void McrgRun::learn(std::uint64_t n_keeps) {
  if (std::has_single_bit(n_keeps)) couplings_.learn(bins_.total(comm_).couplings);
}

void McrgRun::save(StateSink& sink) const {
  sampling_.save(sink);
  bins_.save(sink, comm_, sampling_.kept_of_each());
  for (unsigned n = 0; n <= blocking_.n_levels; ++n)
    sink.replicated("coupling_point_" + std::to_string(n), std::span(couplings_.point()[n]));
}

void McrgRun::load(StateSource& source) {
  sampling_.load(source);
  bins_.load(source, comm_, sampling_.kept_of_each());
  CouplingPoint point = couplings_.point();
  for (unsigned n = 0; n <= blocking_.n_levels; ++n)
    source.replicated("coupling_point_" + std::to_string(n), std::span(point[n]));
  couplings_.set_point(std::move(point));
}

} // namespace blockspin::rg
