#include "blockspin/campaign/progress.hpp"

#include <fmt/format.h>

#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"

namespace blockspin::campaign {

namespace {
constexpr double seconds_between_lines = 30.0;
constexpr double seconds_between_redraws = 0.2;
} // namespace

Progress::Progress(std::string label) : label_(std::move(label)), start_(Clock::now()), last_(start_) {}

void Progress::report(double work_done, double work_total, const std::string& note) {
  if (first_done_ < 0.0) first_done_ = work_done;
  const auto now = Clock::now();
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  const bool terminal = log::on_terminal();
  if (seconds(now - last_) < (terminal ? seconds_between_redraws : seconds_between_lines)) return;
  last_ = now;
  const double fresh = work_done - first_done_;
  const double remaining = fresh > 0.0 ? seconds(now - start_) * (work_total - work_done) / fresh : 0.0;
  const std::string line = fmt::format(
      "{}: {:.1f} %{}{}", label_, work_total > 0.0 ? 100.0 * work_done / work_total : 100.0,
      fresh > 0.0 ? ", " + format_seconds(remaining) + " to go" : "", note.empty() ? "" : "; " + note);
  if (terminal)
    log::redraw(line);
  else
    log::info(line);
}

} // namespace blockspin::campaign
