#define LANE_KERNELS lane_kernels_vaes
#include "lane_kernels_body.hpp"
