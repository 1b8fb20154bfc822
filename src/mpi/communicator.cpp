#include "blockspin/mpi/communicator.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace blockspin::mpi {

namespace {

/// Elements of one call where a buffer can go in pieces: counts are int in MPI 3, and MPI keeps copies.
constexpr std::size_t piece = std::size_t{1} << 28;

int as_count(std::size_t n) {
  require(n <= static_cast<std::size_t>(std::numeric_limits<int>::max()),
          "a message of more than 2^31 elements");
  return static_cast<int>(n);
}

/// Where each rank's elements begin when they stand one rank after the other.
std::vector<int> firsts(const std::vector<int>& counts) {
  std::vector<int> first;
  std::size_t next = 0;
  for (const int count : counts) {
    first.push_back(as_count(next));
    next += static_cast<std::size_t>(count);
  }
  return first;
}

/// A row of bytes as one element.
class RowType {
public:
  explicit RowType(std::size_t n_bytes) {
    check(MPI_Type_contiguous(as_count(n_bytes), MPI_BYTE, &type_), "MPI_Type_contiguous");
    check(MPI_Type_commit(&type_), "MPI_Type_commit");
  }
  ~RowType() { MPI_Type_free(&type_); }
  RowType(const RowType&) = delete;
  RowType& operator=(const RowType&) = delete;
  MPI_Datatype type() const { return type_; }

private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

} // namespace

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error(ErrorKind::internal,
              std::string(call) + " failed: " + std::string(text, static_cast<std::size_t>(length)));
}

template <>
MPI_Datatype datatype<char>() {
  return MPI_CHAR;
}
template <>
MPI_Datatype datatype<std::uint8_t>() {
  return MPI_UINT8_T;
}
template <>
MPI_Datatype datatype<std::int32_t>() {
  return MPI_INT32_T;
}
template <>
MPI_Datatype datatype<std::uint32_t>() {
  return MPI_UINT32_T;
}
template <>
MPI_Datatype datatype<std::int64_t>() {
  return MPI_INT64_T;
}
template <>
MPI_Datatype datatype<std::uint64_t>() {
  return MPI_UINT64_T;
}
template <>
MPI_Datatype datatype<float>() {
  return MPI_FLOAT;
}
template <>
MPI_Datatype datatype<double>() {
  return MPI_DOUBLE;
}

Range block_range(std::uint64_t n, int part, int n_parts) {
  const auto p = static_cast<std::uint64_t>(part), parts = static_cast<std::uint64_t>(n_parts);
  const std::uint64_t base = n / parts, extra = n % parts;
  const std::uint64_t first = p * base + (p < extra ? p : extra);
  return {first, first + base + (p < extra ? 1 : 0)};
}

Communicator::Communicator(MPI_Comm comm) : comm_(comm) {
  check(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check(MPI_Comm_rank(comm_, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(comm_, &size_), "MPI_Comm_size");
}

Communicator::~Communicator() {
  if (comm_ == MPI_COMM_NULL) return;
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized == 0) MPI_Comm_free(&comm_);
}

Communicator::Communicator(Communicator&& other) noexcept
    : comm_(std::exchange(other.comm_, MPI_COMM_NULL)), rank_(std::exchange(other.rank_, 0)),
      size_(std::exchange(other.size_, 1)) {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(comm_, other.comm_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  return *this;
}

Communicator Communicator::duplicate(MPI_Comm comm) {
  MPI_Comm copy = MPI_COMM_NULL;
  check(MPI_Comm_dup(comm, &copy), "MPI_Comm_dup");
  return Communicator(copy);
}

Communicator Communicator::self() { return duplicate(MPI_COMM_SELF); }

Communicator Communicator::split(int colour, int key) const {
  MPI_Comm part = MPI_COMM_NULL;
  check(MPI_Comm_split(comm_, colour, key, &part), "MPI_Comm_split");
  return Communicator(part);
}

void Communicator::barrier() const { check(MPI_Barrier(comm_), "MPI_Barrier"); }

void Communicator::reduce(void* values, std::size_t n, MPI_Datatype type, MPI_Op op) const {
  check(MPI_Allreduce(MPI_IN_PLACE, values, as_count(n), type, op, comm_), "MPI_Allreduce");
}

void Communicator::broadcast_bytes(void* values, std::size_t n_bytes, int root) const {
  auto* bytes = static_cast<char*>(values);
  for (std::size_t done = 0; done < n_bytes; done += piece) {
    check(MPI_Bcast(bytes + done, as_count(std::min(piece, n_bytes - done)), MPI_BYTE, root, comm_),
          "MPI_Bcast");
  }
}

std::string Communicator::broadcast(const std::string& text, int root) const {
  std::uint64_t length = text.size();
  broadcast(std::span<std::uint64_t>(&length, 1), root);
  std::string result = rank_ == root ? text : std::string(length, '\0');
  broadcast(std::span<char>(result.data(), result.size()), root);
  return result;
}

std::vector<int> Communicator::as_counts(std::span<const std::size_t> counts) {
  std::vector<int> result;
  for (const std::size_t n : counts) result.push_back(as_count(n));
  return result;
}

std::vector<int> Communicator::counts_of_all(std::size_t n) const {
  const int mine = as_count(n);
  std::vector<int> counts(static_cast<std::size_t>(size_));
  check(MPI_Allgather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, comm_), "MPI_Allgather");
  return counts;
}

std::vector<int> Communicator::counts_on(int root, std::size_t n) const {
  const int mine = as_count(n);
  std::vector<int> counts(rank_ == root ? static_cast<std::size_t>(size_) : 0);
  check(MPI_Gather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, root, comm_), "MPI_Gather");
  return counts;
}

std::vector<int> Communicator::counts_from_all(const std::vector<int>& n_to) const {
  require(n_to.size() == static_cast<std::size_t>(size_), "all-to-all: one count for each rank");
  std::vector<int> n_from(n_to.size());
  check(MPI_Alltoall(n_to.data(), 1, MPI_INT, n_from.data(), 1, MPI_INT, comm_), "MPI_Alltoall");
  return n_from;
}

void Communicator::gather_all_raw(const void* mine, std::size_t n, void* all, const std::vector<int>& counts,
                                  MPI_Datatype type) const {
  const std::vector<int> first = firsts(counts);
  check(MPI_Allgatherv(mine, as_count(n), type, all, counts.data(), first.data(), type, comm_),
        "MPI_Allgatherv");
}

void Communicator::gather_to_raw(int root, const void* mine, std::size_t n, void* all,
                                 const std::vector<int>& counts, MPI_Datatype type) const {
  const std::vector<int> first = firsts(counts);
  check(MPI_Gatherv(mine, as_count(n), type, all, counts.data(), first.data(), type, root, comm_),
        "MPI_Gatherv");
}

void Communicator::bit_or_to_raw(int root, void* values, std::size_t n, std::size_t value_bytes,
                                 MPI_Datatype type) const {
  if (size_ == 1) return;
  for (std::size_t done = 0; done < n; done += piece) {
    void* const data = static_cast<char*>(values) + done * value_bytes;
    check(MPI_Reduce(rank_ == root ? MPI_IN_PLACE : data, data, as_count(std::min(piece, n - done)), type,
                     MPI_BOR, root, comm_),
          "MPI_Reduce");
  }
}

void Communicator::all_to_all_raw(const void* outgoing, const std::vector<int>& n_to, void* incoming,
                                  const std::vector<int>& n_from, std::size_t row_bytes) const {
  const RowType row(row_bytes);
  const std::vector<int> first_to = firsts(n_to), first_from = firsts(n_from);
  check(MPI_Alltoallv(outgoing, n_to.data(), first_to.data(), row.type(), incoming, n_from.data(),
                      first_from.data(), row.type(), comm_),
        "MPI_Alltoallv");
}

void Communicator::exchange_raw(const void* mine, std::size_t n_mine, int to, void* theirs,
                                std::size_t n_theirs, int from, MPI_Datatype type) const {
  check(MPI_Sendrecv(mine, as_count(n_mine), type, to, 0, theirs, as_count(n_theirs), type, from, 0, comm_,
                     MPI_STATUS_IGNORE),
        "MPI_Sendrecv");
}

} // namespace blockspin::mpi
