#include "blockspin/petsc/check.hpp"

#include <string>
#include <utility>

#include "blockspin/base/error.hpp"
#include "error_text.hpp"

namespace blockspin::petsc {

namespace {
std::exception_ptr pending; // an exception on its way out of a callback
}

void check(PetscErrorCode code, const char* call) {
  if (code == 0) return;
  if (pending) std::rethrow_exception(std::exchange(pending, nullptr));
  throw Error(ErrorKind::internal, std::string(call) + " failed: " + take_error_text());
}

PetscErrorCode record_exception() noexcept {
  pending = std::current_exception();
  return PETSC_ERR_USER;
}

} // namespace blockspin::petsc
