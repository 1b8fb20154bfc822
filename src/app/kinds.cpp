#include "blockspin/app/kinds.hpp"

#include "blockspin/stages/block.hpp"
#include "blockspin/stages/chain_machine.hpp"
#include "blockspin/stages/couplings.hpp"
#include "blockspin/stages/decimation.hpp"
#include "blockspin/stages/filter.hpp"
#include "blockspin/stages/flow.hpp"
#include "blockspin/stages/generate.hpp"
#include "blockspin/stages/import.hpp"
#include "blockspin/stages/kadanoff.hpp"
#include "blockspin/stages/likelihood.hpp"
#include "blockspin/stages/mapping.hpp"
#include "blockspin/stages/mcrg.hpp"
#include "blockspin/stages/rbm.hpp"
#include "blockspin/stages/receptive_field.hpp"
#include "blockspin/stages/reconstruction.hpp"
#include "blockspin/stages/relevance.hpp"
#include "blockspin/stages/sample.hpp"
#include "blockspin/stages/spectrum.hpp"
#include "blockspin/stages/thermometer.hpp"

namespace blockspin::app {

std::vector<campaign::Kind> stage_kinds() {
  using campaign::kind_of;
  using namespace stages;
  return {
      kind_of<SampleStage>(),         kind_of<ImportStage>(),         kind_of<FilterStage>(),
      kind_of<BlockStage>(),          kind_of<ThermometerStage>(),    kind_of<RbmStage>(),
      kind_of<GenerateStage>(),       kind_of<FlowStage>(),           kind_of<SpectrumStage>(),
      kind_of<ReceptiveFieldStage>(), kind_of<ReconstructionStage>(), kind_of<LikelihoodStage>(),
      kind_of<MappingStage>(),        kind_of<DecimationStage>(),     kind_of<ChainMachineStage>(),
      kind_of<KadanoffStage>(),       kind_of<McrgStage>(),           kind_of<CouplingsStage>(),
      kind_of<RelevanceStage>(),
  };
}

} // namespace blockspin::app
