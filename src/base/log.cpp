#include "blockspin/base/log.hpp"

#include <cstdio>
#include <memory>
#include <unistd.h>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "blockspin/base/printable.hpp"

namespace blockspin::log {

namespace {

bool root = true;
bool line_drawn = false; // a progress line stands on the terminal without a newline

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = spdlog::stderr_logger_st("blockspin");
    made->set_pattern("blockspin: %v");
    return made;
  }();
  return *instance;
}

} // namespace

void finish_line() {
  if (line_drawn) std::fputc('\n', stderr);
  line_drawn = false;
}

void set_root(bool is_root) { root = is_root; }

void info(std::string_view message) {
  if (!root) return;
  finish_line();
  logger().info(printable(message, "\n"));
}

void warning(std::string_view message) {
  if (!root) return;
  finish_line();
  logger().info("warning: {}", printable(message, "\n"));
}

bool on_terminal() { return isatty(STDERR_FILENO) != 0; }

void redraw(std::string_view line) {
  if (!root || !on_terminal()) return;
  std::fprintf(stderr, "\r\033[Kblockspin: %.*s", static_cast<int>(line.size()), line.data());
  std::fflush(stderr);
  line_drawn = true;
}

} // namespace blockspin::log
