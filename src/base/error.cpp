#include "blockspin/base/error.hpp"

#include <utility>

namespace blockspin {

Error::Error(ErrorKind kind, std::string message, std::string where)
    : kind_(kind), message_(std::move(message)), where_(std::move(where)),
      text_(where_.empty() ? message_ : where_ + ": " + message_) {}

void throw_agreed(ErrorKind kind, std::string message, std::string where) {
  Error error(kind, std::move(message), std::move(where));
  error.set_agreed();
  throw error;
}

void require(bool condition, const char* message) {
  if (!condition) throw Error(ErrorKind::internal, message);
}

} // namespace blockspin
