#define EXCHANGE_KERNELS exchange_kernels_vaes
#include "exchange_kernels_body.hpp"
