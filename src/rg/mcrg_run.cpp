#include "blockspin/rg/mcrg_run.hpp"

#include "blockspin/base/error.hpp"

namespace blockspin::rg {

McrgRun::McrgRun(const mpi::Communicator& comm, replica::Ensemble& ensemble,
                 const replica::LadderSetup& setup, replica::SamplingPlan plan, const BlockingSetup& blocking)
    : comm_(comm), n_ladders_(ensemble.n_ladders()), blocking_(blocking),
      operators_(blocking, rng::Generator(setup.seed, rng::StreamId::block_tie, setup.instance)),
      bins_(n_ladders_, {{Parity::even, blocking.n_levels, blocking.n_even},
                         {Parity::odd, blocking.n_levels, blocking.n_odd}}),
      sampling_(comm, ensemble, setup, std::move(plan),
                [this](const auto& configuration, std::uint64_t index) { measure(configuration, index); }) {
  require(ensemble.n_temperatures() == 1 && setup.field == 0,
          "a renormalization run has one temperature and no field");
  require(setup.geometry.extents() == blocking.extents, "blocks are of the lattice that is simulated");
}

void McrgRun::measure(const replica::KeptConfiguration& configuration, std::uint64_t index) {
  operators_.measure(configuration.packed, index);
  bins_.add(index % n_ladders_, index / n_ladders_, operators_.even(), operators_.odd());
}

void McrgRun::save(StateSink& sink) const {
  sampling_.save(sink);
  bins_.save(sink, comm_, sampling_.kept_of_each());
}

void McrgRun::load(StateSource& source) {
  sampling_.load(source);
  bins_.load(source, comm_, sampling_.kept_of_each());
}

} // namespace blockspin::rg
