// The kernels for avx512 (flags in CMakeLists.txt).
#define BLOCKSPIN_KERNEL_NAME avx512
#define BLOCKSPIN_VECTOR_BYTES 64
#define BLOCKSPIN_TILE_ROWS 14
#include "kernels_body.hpp"
