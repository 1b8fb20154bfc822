#pragma once
// A buffer of 64-bit words aligned for vector registers.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

namespace blockspin {

/// Owns n words, zero-initialised, aligned to 64 bytes. Move only.
class Words {
public:
  Words() = default;
  explicit Words(std::size_t n)
      : words_(static_cast<std::uint64_t*>(::operator new(n * sizeof(std::uint64_t), alignment))), n_(n) {
    for (std::size_t i = 0; i < n; ++i) words_.get()[i] = 0;
  }

  std::uint64_t* data() { return words_.get(); }
  const std::uint64_t* data() const { return words_.get(); }
  std::size_t size() const { return n_; }
  std::uint64_t& operator[](std::size_t i) { return words_.get()[i]; }
  std::uint64_t operator[](std::size_t i) const { return words_.get()[i]; }
  std::span<std::uint64_t> flat() { return {data(), n_}; }
  std::span<const std::uint64_t> flat() const { return {data(), n_}; }

private:
  static constexpr std::align_val_t alignment{64};
  struct Release {
    void operator()(std::uint64_t* words) const { ::operator delete(words, alignment); }
  };
  std::unique_ptr<std::uint64_t[], Release> words_;
  std::size_t n_ = 0;
};

} // namespace blockspin
