#include <array>

#include "blockspin/base/error.hpp"
#include "blockspin/ising/operators.hpp"

namespace blockspin::ising {
namespace {

using List = std::vector<Operator>;

List chain_even() {
  return {{"nearest", {{0}, {1}}},
          {"pair_2", {{0}, {2}}},
          {"pair_3", {{0}, {3}}},
          {"four_line", {{0}, {1}, {2}, {3}}}};
}

List chain_odd() { return {{"spin", {{0}}}, {"three_line", {{-1}, {0}, {1}}}}; }

List square_even() {
  return {{"nearest", {{0, 0}, {1, 0}}},
          {"diagonal", {{0, 0}, {1, 1}}},
          {"plaquette", {{0, 0}, {1, 0}, {0, 1}, {1, 1}}},
          {"pair_2_0", {{0, 0}, {2, 0}}},
          {"pair_2_1", {{0, 0}, {2, 1}}},
          {"pair_2_2", {{0, 0}, {2, 2}}},
          {"pair_3_0", {{0, 0}, {3, 0}}},
          {"pair_3_1", {{0, 0}, {3, 1}}},
          {"four_diamond", {{0, 0}, {1, 1}, {2, 0}, {1, -1}}},
          {"four_t", {{0, 0}, {-1, 0}, {1, 0}, {0, 1}}},
          {"four_l", {{0, 0}, {-1, 0}, {1, 0}, {-1, 1}}},
          {"four_z", {{0, 0}, {0, 1}, {1, 0}, {-1, 1}}},
          {"four_arrow", {{0, 0}, {0, 1}, {1, 0}, {-1, -1}}}};
}

List square_odd() {
  return {{"spin", {{0, 0}}},
          {"three_corner", {{0, 0}, {0, -1}, {-1, 0}}},
          {"three_line", {{0, 0}, {-1, 0}, {1, 0}}},
          {"three_bent", {{0, 0}, {1, -1}, {-1, 0}}},
          {"three_vee", {{0, 0}, {1, -1}, {-1, -1}}}};
}

List cubic_even() {
  return {{"nearest", {{0, 0, 0}, {1, 0, 0}}},
          {"diagonal", {{0, 0, 0}, {1, 1, 0}}},
          {"plaquette", {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {1, 1, 0}}},
          {"pair_1_1_1", {{0, 0, 0}, {1, 1, 1}}},
          {"pair_2_0_0", {{0, 0, 0}, {2, 0, 0}}},
          {"pair_2_1_0", {{0, 0, 0}, {2, 1, 0}}},
          {"pair_2_1_1", {{0, 0, 0}, {2, 1, 1}}},
          {"pair_2_2_0", {{0, 0, 0}, {2, 2, 0}}},
          {"four_corner", {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
          {"four_tetrahedron", {{0, 0, 0}, {1, 1, 0}, {1, 0, 1}, {0, 1, 1}}},
          {"four_rectangle", {{0, 0, 0}, {1, 0, 0}, {0, 1, 1}, {1, 1, 1}}},
          {"four_t", {{0, 0, 0}, {-1, 0, 0}, {1, 0, 0}, {0, 1, 0}}}};
}

List cubic_odd() {
  return {{"spin", {{0, 0, 0}}},
          {"three_corner", {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}},
          {"three_line", {{0, 0, 0}, {-1, 0, 0}, {1, 0, 0}}}};
}

} // namespace

const std::vector<Operator>& even_operators(int n_dimensions) {
  require(n_dimensions >= 1 && n_dimensions <= 3, "operators are known in one to three dimensions");
  static const std::array<List, 3> lists = {chain_even(), square_even(), cubic_even()};
  return lists[static_cast<std::size_t>(n_dimensions) - 1];
}

const std::vector<Operator>& odd_operators(int n_dimensions) {
  require(n_dimensions >= 1 && n_dimensions <= 3, "operators are known in one to three dimensions");
  static const std::array<List, 3> lists = {chain_odd(), square_odd(), cubic_odd()};
  return lists[static_cast<std::size_t>(n_dimensions) - 1];
}

} // namespace blockspin::ising
