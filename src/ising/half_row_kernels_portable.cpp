#define HALF_ROW_KERNELS half_row_kernels_portable
#include "half_row_kernels_body.hpp"
