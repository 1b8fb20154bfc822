// The body of fill_kernels, compiled for each instruction set.

#include "fill_kernels.hpp"

namespace blockspin::rng::BLOCKSPIN_KERNELS {

namespace {

void fill(const ArsKey& key, std::uint64_t sequence, std::uint64_t first, std::uint64_t* out, std::size_t n) {
  const ArsStream stream(key);
  std::size_t done = 0;
  const auto copy_some = [&](std::uint64_t index, std::size_t skip, std::size_t count) {
    const Words8 words = stream(sequence, index);
    for (std::size_t i = 0; i < count; ++i) out[done + i] = words[skip + i];
    done += count;
  };
  if (const std::size_t skip = first % 8; skip != 0) copy_some(first / 8, skip, n < 8 - skip ? n : 8 - skip);
  for (; n - done >= 64; done += 64) {
    Words8 words[8];
    stream.several(sequence, (first + done) / 8, words);
    __builtin_memcpy(out + done, words, sizeof words);
  }
  while (done < n) copy_some((first + done) / 8, 0, n - done < 8 ? n - done : 8);
}

} // namespace

const FillKernels fill_kernels = {fill};

} // namespace blockspin::rng::BLOCKSPIN_KERNELS
