#pragma once
// Text from decks and archives as it may reach a terminal or a JSON reader.

#include <string>
#include <string_view>

namespace blockspin {

/// The text with control characters, and bytes that are no UTF-8, written as \x1b: such text can neither move the
/// cursor nor begin a line of its own. `keep`: control characters that stay.
std::string printable(std::string_view text, std::string_view keep = "");
/// Bytes of the UTF-8 character that the text begins with; 0 where there is none, or an overlong or surrogate one.
std::size_t utf8_length(std::string_view text);

} // namespace blockspin
