#pragma once
// XXH3 over what comes piece after piece.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <xxhash.h>

#include "blockspin/h5/attribute.hpp"

namespace blockspin::archive {

/// 128 bits; what is added bit after bit gives the same as at once.
class Hasher {
public:
  Hasher() : state_(XXH3_createState()) { XXH3_128bits_reset(state_); }
  ~Hasher() { XXH3_freeState(state_); }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void add(const void* data, std::size_t n_bytes) { XXH3_128bits_update(state_, data, n_bytes); }
  void add(std::uint64_t number) { add(&number, sizeof number); }
  void add(std::int64_t number) { add(&number, sizeof number); }
  void add(double number) { add(&number, sizeof number); }
  /// Length first, so that two texts cannot run into each other; and so for lists.
  void add(const std::string& text);
  template <class T>
  void add(const std::vector<T>& values) {
    add(std::uint64_t{values.size()});
    for (const T& value : values) add(value);
  }
  /// The name, the type and the value of each, in the order of the names.
  void add(const std::map<std::string, h5::Value>& attributes);
  /// 32 hexadecimal digits.
  std::string digits() const;

private:
  XXH3_state_t* state_;
};

} // namespace blockspin::archive
