#include "hasher.hpp"

#include <array>
#include <cstdio>

namespace blockspin::archive {

void Hasher::add(const std::string& text) {
  add(std::uint64_t{text.size()});
  add(text.data(), text.size());
}

void Hasher::add(const std::map<std::string, h5::Value>& attributes) {
  for (const auto& [name, value] : attributes) {
    add(name);
    add(std::uint64_t{value.index()});
    std::visit([this](const auto& held) { add(held); }, value);
  }
}

std::string Hasher::digits() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_);
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text.data();
}

} // namespace blockspin::archive
