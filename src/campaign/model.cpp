#include "blockspin/campaign/model.hpp"

#include <functional>
#include <numeric>

namespace blockspin::campaign {

std::uint64_t ModelDeck::n_sites() const {
  return std::accumulate(lattice.values.begin(), lattice.values.end(), std::uint64_t{1}, std::multiplies<>());
}

const deck::Schema<ModelDeck>& model_schema() {
  using deck::field;
  static const deck::Schema<ModelDeck> schema(
      "model",
      "the Ising model, J = k_B = 1, on a periodic lattice; [model.NAME] as often as wanted: a stage names its model by "
      "its key `model`, and [model] is `main`",
      field("lattice", &ModelDeck::lattice, "extents of the periodic lattice")
          .required()
          .check_whole(
              [](const deck::Extents& extents) {
                for (const auto extent : extents.values)
                  if (extent < 3) return false;
                return extents.values.size() <= 3;
              },
              "one to three extents, each >= 3, joined by x: 16, 32x32, 16x16x16"),
      field("field", &ModelDeck::field, "uniform magnetic field").unit("J"));
  return schema;
}

} // namespace blockspin::campaign
