#pragma once
// The one exception type of blockspin, and the exit code each kind of failure ends with.

#include <exception>
#include <string>

namespace blockspin {

/// Kinds of failure. exit_code() is the code the program ends with, the same on every rank count.
enum class ErrorKind : int {
  internal = 1,  ///< a broken assumption of ours, or of a library
  usage = 2,     ///< the command line
  deck = 3,      ///< the input deck, or a reference in it that leads nowhere
  archive = 4,   ///< a file: archive, checkpoint, folder, disk
  numerical = 5, ///< a result that cannot be trusted: divergence, failed convergence, failed exact check
  setting = 6,   ///< a value that the physics cannot work with; who knows its key makes it a deck's error
  stopped = 75,  ///< stopped early, as asked: the same command goes on (BSD EX_TEMPFAIL)
};

/// The exit code of a kind: its value; a setting's is that of the deck, where settings come from.
constexpr int exit_code(ErrorKind kind) {
  return static_cast<int>(kind == ErrorKind::setting ? ErrorKind::deck : kind);
}

/// A failure with a kind, a sentence, and the place it concerns ("deck.ini:12:
/// rbm.main.hidden", "run.h5", a stage).
/// `agreed` says whether every rank of the session is throwing the same error (see mpi/agree.hpp): then the
/// root prints once and all ranks end in order. A lonely error can only end in MPI_Abort.
class Error : public std::exception {
public:
  Error(ErrorKind kind, std::string message, std::string where = {});

  ErrorKind kind() const noexcept { return kind_; }
  int exit_code() const noexcept { return blockspin::exit_code(kind_); }
  const std::string& message() const noexcept { return message_; }
  const std::string& where() const noexcept { return where_; }
  bool agreed() const noexcept { return agreed_; }
  void set_agreed() noexcept { agreed_ = true; }
  /// "where: message", the form that is printed.
  const char* what() const noexcept override { return text_.c_str(); }

private:
  ErrorKind kind_;
  std::string message_;
  std::string where_;
  std::string text_;
  bool agreed_ = false;
};

/// Throws an agreed Error: for what every rank of the session finds out alike, from the same numbers.
[[noreturn]] void throw_agreed(ErrorKind kind, std::string message, std::string where = {});

/// Throws ErrorKind::internal with the message unless `condition` holds.
void require(bool condition, const char* message);

} // namespace blockspin
