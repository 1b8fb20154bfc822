#define HALF_ROW_KERNELS half_row_kernels_aes_ni
#include "half_row_kernels_body.hpp"
