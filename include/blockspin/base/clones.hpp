#pragma once
// One source, compiled for several processors, the best picked when the program starts: for integer code,
// whose results cannot depend on it.

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define BLOCKSPIN_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define BLOCKSPIN_CLONES
#endif
