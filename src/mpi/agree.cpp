#include "blockspin/mpi/agree.hpp"

#include <filesystem>
#include <new>
#include <stdexcept>

namespace blockspin::mpi {

Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {ErrorKind::internal, "out of memory"};
  } catch (const std::length_error&) { // of a container that no memory could hold
    return {ErrorKind::internal, "out of memory"};
  } catch (const std::filesystem::filesystem_error& error) {
    return {ErrorKind::archive, error.code().message(), error.path1().string()};
  } catch (const std::exception& other) {
    return {ErrorKind::internal, other.what()};
  } catch (...) {
    return {ErrorKind::internal, "an exception of unknown type"};
  }
}

void agree(const Communicator& comm, bool ok, ErrorKind kind, const std::string& message,
           const std::string& where) {
  const int first_failing = comm.min(ok ? comm.size() : comm.rank());
  if (first_failing == comm.size()) return;
  int agreed_kind = static_cast<int>(kind);
  comm.broadcast(std::span<int>(&agreed_kind, 1), first_failing);
  Error error(static_cast<ErrorKind>(agreed_kind), comm.broadcast(message, first_failing),
              comm.broadcast(where, first_failing));
  error.set_agreed();
  throw error;
}

} // namespace blockspin::mpi
