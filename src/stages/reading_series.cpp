#include "reading_series.hpp"

#include "reading.hpp"

namespace blockspin::stages {

void ReadingSeries::add(const mpi::Communicator& comm, const lattice::Geometry& geometry,
                        const replica::KeptRows& rows) {
  std::vector<std::int64_t> energies, magnets;
  for (const auto& reading : rows.readings) {
    energies.push_back(bond_energy(geometry, reading));
    magnets.push_back(stages::magnetization(geometry, reading));
  }
  const auto append = [&](std::vector<std::int64_t>& all, const std::vector<std::int64_t>& mine) {
    const auto gathered = comm.gather_all<std::int64_t>(mine);
    all.insert(all.end(), gathered.begin(), gathered.end());
  };
  append(energy, energies);
  append(magnetization, magnets);
}

ising::Observables ReadingSeries::observables(const lattice::Geometry& geometry, double temperature,
                                              double field, std::size_t n_chains) const {
  return ising::measure_in_turn({geometry.n_sites(), temperature, field, geometry.n_neighbours()}, energy,
                                magnetization, n_chains);
}

} // namespace blockspin::stages
