#include "crash_guard.hpp"

#include <array>
#include <csignal>

#include <unistd.h>

#include "blockspin/base/error.hpp"

namespace blockspin::h5 {

namespace {

constexpr unsigned most_seconds = 30;
constexpr std::array signals{SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGALRM};
std::array<struct sigaction, signals.size()> former;

} // namespace

const CrashGuard* volatile CrashGuard::innermost_ = nullptr;

void CrashGuard::report_damage(int) {
  const std::string& text = innermost_->message_;
  [[maybe_unused]] const auto n = write(STDERR_FILENO, text.data(), text.size());
  _exit(exit_code(ErrorKind::archive));
}

CrashGuard::CrashGuard(const std::string& path, bool speaks, bool has_limit)
    : message_(speaks ? "blockspin: error: " + path +
                            ": the file is damaged: HDF5 breaks down while reading it\n"
                      : std::string()),
      outer_(innermost_), has_limit_(outer_ != nullptr ? outer_->has_limit_ : has_limit) {
  innermost_ = this;
  if (outer_ != nullptr) return;
  struct sigaction action {};
  action.sa_handler = report_damage;
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &action, &former[i]);
  if (has_limit_) alarm(most_seconds);
}

CrashGuard::~CrashGuard() {
  if (outer_ == nullptr) {
    if (has_limit_) alarm(0);
    for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &former[i], nullptr);
  }
  innermost_ = outer_;
}

void CrashGuard::still_alive() {
  if (innermost_ != nullptr && innermost_->has_limit_) alarm(most_seconds);
}

} // namespace blockspin::h5
