#include "blockspin/rg/left_out.hpp"

#include "blockspin/base/error.hpp"

namespace blockspin::rg {

LeftOutMoments::LeftOutMoments(const std::vector<std::vector<LevelMoments>>& bins) {
  for (const auto& group : bins)
    for (const LevelMoments& bin : group) {
      if (bin.n_configurations() == 0) continue;
      bins_.push_back(&bin);
      sizes_.push_back(static_cast<double>(bin.n_configurations()));
      total_.empty() ? total_.push_back(bin) : total_.front().merge(bin);
    }
  require(bins_.size() >= 2, "errors need at least two bins");
}

LevelMoments LeftOutMoments::without(std::size_t bin) const {
  LevelMoments rest = total();
  rest.remove(*bins_[bin]);
  return rest;
}

} // namespace blockspin::rg
