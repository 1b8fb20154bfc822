// The kernels for avx2 (flags in CMakeLists.txt).
#define BLOCKSPIN_KERNEL_NAME avx2
#define BLOCKSPIN_VECTOR_BYTES 32
#define BLOCKSPIN_TILE_ROWS 3
#include "kernels_body.hpp"
