#pragma once
// A communicator of our own: passed to whoever communicates, every return code checked.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <mpi.h>

#include "blockspin/base/error.hpp"

namespace blockspin::mpi {

/// Throws ErrorKind::internal with MPI's text unless `code` is MPI_SUCCESS.
void check(int code, const char* call);

template <class T>
MPI_Datatype datatype();
template <>
MPI_Datatype datatype<char>();
template <>
MPI_Datatype datatype<std::uint8_t>();
template <>
MPI_Datatype datatype<std::int32_t>();
template <>
MPI_Datatype datatype<std::uint32_t>();
template <>
MPI_Datatype datatype<std::int64_t>();
template <>
MPI_Datatype datatype<std::uint64_t>();
template <>
MPI_Datatype datatype<float>();
template <>
MPI_Datatype datatype<double>();

/// Half-open range of items.
struct Range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t size() const { return last - first; }
};

/// Part `part` of n items divided over n_parts contiguous parts whose sizes differ by at most one.
Range block_range(std::uint64_t n, int part, int n_parts);

/// Owns an MPI communicator (its destructor frees it, which is local in Open MPI and MPICH). Move only.
/// All members but rank() and size() are collective over the communicator. float sums depend on the number of
/// ranks: where a result must not, only exact sums (integers, or floats on a common grid) go through sum().
class Communicator {
public:
  Communicator() = default;
  ~Communicator();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  static Communicator duplicate(MPI_Comm comm);
  /// One rank on its own.
  static Communicator self();

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == 0; }
  MPI_Comm handle() const { return comm_; }

  Communicator duplicate() const { return duplicate(comm_); }
  /// Ranks with the same colour form a communicator, ordered by key, then rank.
  Communicator split(int colour, int key) const;

  void barrier() const;

  template <class T>
  void sum(std::span<T> values) const {
    reduce(values.data(), values.size(), datatype<T>(), MPI_SUM);
  }
  template <class T>
  T sum(T value) const {
    sum(std::span<T>(&value, 1));
    return value;
  }
  template <class T>
  void max(std::span<T> values) const {
    reduce(values.data(), values.size(), datatype<T>(), MPI_MAX);
  }
  template <class T>
  T max(T value) const {
    max(std::span<T>(&value, 1));
    return value;
  }
  template <class T>
  void min(std::span<T> values) const {
    reduce(values.data(), values.size(), datatype<T>(), MPI_MIN);
  }
  template <class T>
  T min(T value) const {
    min(std::span<T>(&value, 1));
    return value;
  }
  /// values of `root` on every rank; the sizes must agree.
  template <class T>
  void broadcast(std::span<T> values, int root = 0) const {
    broadcast_bytes(values.data(), values.size_bytes(), root);
  }
  /// Text of `root` on every rank.
  std::string broadcast(const std::string& text, int root = 0) const;

  /// Every rank's values, one rank after the other; the counts may differ. Same result on every rank.
  template <class T>
  std::vector<T> gather_all(std::span<const T> mine) const {
    std::vector<int> counts = counts_of_all(mine.size());
    std::uint64_t total = 0;
    for (const int count : counts) total += static_cast<std::uint64_t>(count);
    std::vector<T> all(total);
    gather_all_raw(mine.data(), mine.size(), all.data(), counts, datatype<T>());
    return all;
  }

private:
  explicit Communicator(MPI_Comm comm);
  void reduce(void* values, std::size_t n, MPI_Datatype type, MPI_Op op) const;
  void broadcast_bytes(void* values, std::size_t n_bytes, int root) const;
  std::vector<int> counts_of_all(std::size_t n) const;
  void gather_all_raw(const void* mine, std::size_t n, void* all, const std::vector<int>& counts,
                      MPI_Datatype type) const;

  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
};

} // namespace blockspin::mpi
