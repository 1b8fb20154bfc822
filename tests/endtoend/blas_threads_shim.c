/* LD_PRELOAD: the program no longer finds out which library a function belongs to, so it sets no number of threads, and
 * BLAS keeps those of OPENBLAS_NUM_THREADS. The fault that the test of threads must find. */
#define _GNU_SOURCE
#include <dlfcn.h>

int dladdr(const void* address, Dl_info* info) {
  (void)address;
  (void)info;
  return 0;
}
