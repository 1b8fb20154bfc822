#include "blockspin/app/kinds.hpp"
#include "blockspin/app/program.hpp"

int main(int argc, char** argv) {
  const auto kinds = blockspin::app::stage_kinds();
  return blockspin::app::run_program(argc, argv, kinds);
}
