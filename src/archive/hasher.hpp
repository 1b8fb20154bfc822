#pragma once
// XXH3 over what comes piece after piece.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <xxhash.h>

namespace blockspin::archive {

/// 128 bits; what is added bit after bit gives the same as at once.
class Hasher {
public:
  Hasher() : state_(XXH3_createState()) { XXH3_128bits_reset(state_); }
  ~Hasher() { XXH3_freeState(state_); }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void add(const void* data, std::size_t n_bytes) { XXH3_128bits_update(state_, data, n_bytes); }
  /// Length first, so that two lists cannot run into each other.
  void add(const std::vector<std::uint64_t>& values);
  /// 32 hexadecimal digits.
  std::string digits() const;

private:
  XXH3_state_t* state_;
};

} // namespace blockspin::archive
