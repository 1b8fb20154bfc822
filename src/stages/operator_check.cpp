#include "operator_check.hpp"

#include <algorithm>

#include "blockspin/deck/values.hpp"
#include "blockspin/ising/operators.hpp"

namespace blockspin::stages {

void check_operators(const std::vector<std::uint64_t>& extents, std::size_t n_even, std::size_t n_odd,
                     const std::string& before, const campaign::Complain& complain) {
  const ising::RowLattice lattice(extents);
  const auto check_list = [&](const char* key, std::size_t wanted, const std::vector<ising::Operator>& list) {
    if (wanted > list.size())
      return complain(key, "there are " + std::to_string(list.size()) + " in this many dimensions",
                      before + "1 to " + std::to_string(list.size()));
    const auto flags = ising::independent_operators(list, lattice);
    const auto same = static_cast<std::size_t>(std::find(flags.begin(), flags.end(), false) - flags.begin());
    if (same < wanted)
      complain(key,
               "number " + std::to_string(same + 1) + ", " + list[same].name +
                   ", is a combination of those before it on " + deck::extents_text({extents}),
               before + "1 to " + std::to_string(same));
  };
  check_list("even", n_even, ising::even_operators(lattice.n_dimensions()));
  check_list("odd", n_odd, ising::odd_operators(lattice.n_dimensions()));
}

} // namespace blockspin::stages
