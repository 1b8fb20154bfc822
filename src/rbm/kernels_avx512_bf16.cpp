// The kernels for avx512 with bfloat16 products (flags in CMakeLists.txt).
#define BLOCKSPIN_KERNEL_NAME avx512_bf16
#define BLOCKSPIN_VECTOR_BYTES 64
#define BLOCKSPIN_TILE_ROWS 14
#ifdef __AVX512BF16__ // where the flags do not apply, neither do these kernels
#define BLOCKSPIN_BFLOAT16
#endif
#include "kernels_body.hpp"
