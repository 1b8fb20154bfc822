#define LANE_KERNELS lane_kernels_portable
#include "lane_kernels_body.hpp"
