#define EXCHANGE_KERNELS exchange_kernels_portable
#include "exchange_kernels_body.hpp"
