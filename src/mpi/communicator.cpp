#include "blockspin/mpi/communicator.hpp"

#include <limits>
#include <utility>

namespace blockspin::mpi {

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
  require(n <= static_cast<std::size_t>(std::numeric_limits<int>::max()),
          "all-reduce of more than 2^31 elements");
  check(MPI_Allreduce(MPI_IN_PLACE, values, static_cast<int>(n), type, op, comm_), "MPI_Allreduce");
}

void Communicator::broadcast_bytes(void* values, std::size_t n_bytes, int root) const {
  // In pieces: counts are int in MPI 3.
  constexpr std::size_t piece = std::size_t{1} << 30;
  auto* bytes = static_cast<char*>(values);
  for (std::size_t done = 0; done < n_bytes; done += piece) {
    const std::size_t n = n_bytes - done < piece ? n_bytes - done : piece;
    check(MPI_Bcast(bytes + done, static_cast<int>(n), MPI_BYTE, root, comm_), "MPI_Bcast");
  }
}

std::string Communicator::broadcast(const std::string& text, int root) const {
  std::uint64_t length = text.size();
  broadcast(std::span<std::uint64_t>(&length, 1), root);
  std::string result = rank_ == root ? text : std::string(length, '\0');
  broadcast(std::span<char>(result.data(), result.size()), root);
  return result;
}

std::vector<int> Communicator::counts_of_all(std::size_t n) const {
  require(n <= static_cast<std::size_t>(std::numeric_limits<int>::max()),
          "gather of more than 2^31 elements");
  const int mine = static_cast<int>(n);
  std::vector<int> counts(static_cast<std::size_t>(size_));
  check(MPI_Allgather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, comm_), "MPI_Allgather");
  return counts;
}

void Communicator::gather_all_raw(const void* mine, std::size_t n, void* all, const std::vector<int>& counts,
                                  MPI_Datatype type) const {
  std::vector<int> first(counts.size(), 0);
  for (std::size_t r = 1; r < counts.size(); ++r) first[r] = first[r - 1] + counts[r - 1];
  check(MPI_Allgatherv(mine, static_cast<int>(n), type, all, counts.data(), first.data(), type, comm_),
        "MPI_Allgatherv");
}

} // namespace blockspin::mpi
