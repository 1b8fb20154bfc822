#define EXCHANGE_KERNELS exchange_kernels_aes_ni
#include "exchange_kernels_body.hpp"
