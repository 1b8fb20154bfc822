#include "blockspin/rbm/tempering.hpp"

#include "exchange_pairs.hpp"

namespace blockspin::rbm {

std::vector<double> even_betas(std::uint64_t n, double least) {
  std::vector<double> betas{1.0};
  for (std::uint64_t r = 1; r < n; ++r)
    betas.push_back(1.0 - (1.0 - least) * static_cast<double>(r) / static_cast<double>(n - 1));
  return betas;
}

void exchange_replicas(const GibbsSampler& sampler, std::span<const double> betas,
                       std::span<const View<float, 2>> replicas, const ExchangeDraw& draw,
                       std::span<std::uint64_t> accepted) {
  const std::size_t n = replicas.front().extent(0);
  Array<float, 2> fields({n, sampler.n_hidden()}), next_fields({n, sampler.n_hidden()});
  exchange_pairs(replicas, draw, accepted, [&](std::size_t r) {
    const View<float, 2>&replica = replicas[r], &next = replicas[r + 1];
    sampler.hidden_fields(replica, fields.view());
    sampler.hidden_fields(next, next_fields.view());
    std::vector<double> ln_ratio;
    for (std::size_t c = 0; c < n; ++c)
      ln_ratio.push_back(sampler.log_weight_change(replica.row(c), fields.row(c), betas[r], betas[r + 1]) +
                         sampler.log_weight_change(next.row(c), next_fields.row(c), betas[r + 1], betas[r]));
    return ln_ratio;
  });
}

} // namespace blockspin::rbm
