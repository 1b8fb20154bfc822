// The kernels for plain (flags in CMakeLists.txt).
#define BLOCKSPIN_KERNEL_NAME plain
#define BLOCKSPIN_VECTOR_BYTES 16
#define BLOCKSPIN_TILE_ROWS 1
#include "kernels_body.hpp"
