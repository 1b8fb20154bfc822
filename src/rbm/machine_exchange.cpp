#include "blockspin/rbm/machine_exchange.hpp"

#include <vector>

#include "exchange_pairs.hpp"

namespace blockspin::rbm {

namespace {

/// Adds `sign` times -F(v), but for a constant of the shape, of each state. `fields` is room for hidden ones.
void add_log_weights(const GibbsSampler& machine, View<const float, 2> states, double sign,
                     View<float, 2> fields, std::vector<double>& sums) {
  machine.hidden_fields(states, fields);
  for (std::size_t c = 0; c < sums.size(); ++c)
    sums[c] += sign * machine.log_weight_change(states.row(c), fields.row(c), 0, 1);
}

} // namespace

void exchange_machines(std::span<const GibbsSampler* const> machines,
                       std::span<const View<float, 2>> replicas, const ExchangeDraw& draw,
                       std::span<std::uint64_t> accepted) {
  const std::size_t n = replicas.front().extent(0);
  Array<float, 2> fields({n, machines.front()->n_hidden()});
  exchange_pairs(replicas, draw, accepted, [&](std::size_t r) {
    std::vector<double> ln_ratio(n, 0.0);
    add_log_weights(*machines[r + 1], replicas[r], 1, fields, ln_ratio);
    add_log_weights(*machines[r], replicas[r], -1, fields, ln_ratio);
    add_log_weights(*machines[r], replicas[r + 1], 1, fields, ln_ratio);
    add_log_weights(*machines[r + 1], replicas[r + 1], -1, fields, ln_ratio);
    return ln_ratio;
  });
}

} // namespace blockspin::rbm
