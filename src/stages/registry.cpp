#include "blockspin/stages/registry.hpp"

#include <algorithm>

#include "blockspin/stages/chain_machine.hpp"
#include "blockspin/stages/decimation.hpp"
#include "blockspin/stages/flow.hpp"
#include "blockspin/stages/kadanoff.hpp"
#include "blockspin/stages/likelihood.hpp"
#include "blockspin/stages/mapping.hpp"
#include "blockspin/stages/rbm.hpp"
#include "blockspin/stages/receptive_field.hpp"
#include "blockspin/stages/reconstruction.hpp"
#include "blockspin/stages/sample.hpp"
#include "blockspin/stages/spectrum.hpp"
#include "blockspin/stages/thermometer.hpp"

namespace blockspin::stages {

namespace {

std::vector<Kind>& rows() {
  // In the order of a campaign; the reference lists them so.
  // clang-format off: one row a line.
  static std::vector<Kind> all = {
      kind_of<SampleStage>(),         kind_of<ThermometerStage>(),  kind_of<RbmStage>(),
      kind_of<FlowStage>(),           kind_of<SpectrumStage>(),     kind_of<ReceptiveFieldStage>(),
      kind_of<ReconstructionStage>(), kind_of<LikelihoodStage>(),   kind_of<MappingStage>(),
      kind_of<DecimationStage>(),     kind_of<ChainMachineStage>(), kind_of<KadanoffStage>(),
  };
  // clang-format on
  return all;
}

} // namespace

std::span<const Kind> kinds() { return rows(); }

void add_kind(Kind kind) { rows().push_back(std::move(kind)); }

const Kind* find_kind(const std::string& stage) {
  const auto all = kinds();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Kind& kind) { return kind.schema->stage() == stage; });
  return found == all.end() ? nullptr : &*found;
}

} // namespace blockspin::stages
