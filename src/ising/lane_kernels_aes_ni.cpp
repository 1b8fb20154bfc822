#define LANE_KERNELS lane_kernels_aes_ni
#include "lane_kernels_body.hpp"
