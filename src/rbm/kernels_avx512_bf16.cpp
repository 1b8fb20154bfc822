// The kernels for avx512 with bfloat16 products (flags in CMakeLists.txt).
#define BLOCKSPIN_KERNEL_NAME avx512_bf16
#define BLOCKSPIN_VECTOR_BYTES 64
#define BLOCKSPIN_TILE_ROWS 14
#define BLOCKSPIN_BFLOAT16
#include "kernels_body.hpp"
