#pragma once
// A communicator of our own: passed to whoever communicates, every return code checked.

#include <cstdint>
#include <numeric>
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
    const std::vector<int> counts = counts_of_all(mine.size());
    std::vector<T> all(total(counts));
    gather_all_raw(mine.data(), mine.size(), all.data(), counts, datatype<T>());
    return all;
  }
  /// Every rank's values on `root`, one rank after the other; the counts may differ. Empty elsewhere.
  template <class T>
  std::vector<T> gather_to(int root, std::span<const T> mine) const {
    const std::vector<int> counts = counts_on(root, mine.size());
    std::vector<T> all(total(counts));
    gather_to_raw(root, mine.data(), mine.size(), all.data(), counts, datatype<T>());
    return all;
  }
  /// Bitwise "or" of every rank's values (integers, as many on each rank) on `root`; elsewhere `values` stay.
  template <class T>
  void bit_or_to(int root, std::span<T> values) const {
    bit_or_to_raw(root, values.data(), values.size(), sizeof(T), datatype<T>());
  }
  /// Rows of `row_length` values change places: the first n_rows_to[0] of `outgoing` go to rank 0, the next
  /// n_rows_to[1] to rank 1, and so on. Returns the rows that came here, those of rank 0 first. T is copied
  /// byte by byte.
  template <class T>
  std::vector<T> all_to_all(std::span<const T> outgoing, std::span<const std::size_t> n_rows_to,
                            std::size_t row_length = 1) const {
    require(std::accumulate(n_rows_to.begin(), n_rows_to.end(), std::size_t{0}) * row_length ==
                outgoing.size(),
            "all-to-all: the counts are not those of the rows");
    const std::vector<int> n_to = as_counts(n_rows_to), n_from = counts_from_all(n_to);
    std::vector<T> incoming(total(n_from) * row_length);
    all_to_all_raw(outgoing.data(), n_to, incoming.data(), n_from, row_length * sizeof(T));
    return incoming;
  }
  /// Sends `mine` to rank `to` while `theirs` comes from rank `from`. Collective over the ranks that take
  /// part: whoever is sent to must receive as many values at the same time. Deadlock-free whatever the
  /// pattern; messages of one rank to another arrive in the order they were sent.
  template <class T>
  void exchange(std::span<const T> mine, int to, std::span<T> theirs, int from) const {
    exchange_raw(mine.data(), mine.size(), to, theirs.data(), theirs.size(), from, datatype<T>());
  }

private:
  explicit Communicator(MPI_Comm comm);
  static std::size_t total(const std::vector<int>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  }
  static std::vector<int> as_counts(std::span<const std::size_t> counts);
  void reduce(void* values, std::size_t n, MPI_Datatype type, MPI_Op op) const;
  void broadcast_bytes(void* values, std::size_t n_bytes, int root) const;
  std::vector<int> counts_of_all(std::size_t n) const;
  std::vector<int> counts_on(int root, std::size_t n) const;
  std::vector<int> counts_from_all(const std::vector<int>& n_to) const;
  void gather_all_raw(const void* mine, std::size_t n, void* all, const std::vector<int>& counts,
                      MPI_Datatype type) const;
  void gather_to_raw(int root, const void* mine, std::size_t n, void* all, const std::vector<int>& counts,
                     MPI_Datatype type) const;
  void bit_or_to_raw(int root, void* values, std::size_t n, std::size_t value_bytes, MPI_Datatype type) const;
  void all_to_all_raw(const void* outgoing, const std::vector<int>& n_to, void* incoming,
                      const std::vector<int>& n_from, std::size_t row_bytes) const;
  void exchange_raw(const void* mine, std::size_t n_mine, int to, void* theirs, std::size_t n_theirs,
                    int from, MPI_Datatype type) const;

  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
};

} // namespace blockspin::mpi
