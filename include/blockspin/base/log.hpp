#pragma once
// Lines for people, on stderr, from the root rank only. Errors have their own way out: main prints them.

#include <string>
#include <string_view>

namespace blockspin::log {

/// Silences this process; called once at start-up on every rank but the root.
void set_root(bool is_root);

void info(std::string_view message);
/// Shown as "blockspin: warning: ...".
void warning(std::string_view message);
/// Ends a redrawn progress line, before something else is printed.
void finish_line();
/// Whether stderr is a terminal, so that a progress line may be redrawn in place.
bool on_terminal();
/// Redraws the progress line in place (terminal only).
void redraw(std::string_view line);

} // namespace blockspin::log
