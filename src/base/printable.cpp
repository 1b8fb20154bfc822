#include "blockspin/base/printable.hpp"

#include <fmt/format.h>

namespace blockspin {

namespace {

bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7f; }

bool continues(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

} // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const std::size_t n = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  for (std::size_t i = 1; i < n; ++i)
    if (!continues(text, i)) return 0;
  if (n < 3) return n;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool beyond = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return overlong || beyond ? 0 : n;
}

std::string printable(std::string_view text, std::string_view keep) {
  std::string shown;
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    const std::size_t n = utf8_length(text);
    const bool second_set =
        n == 2 && byte == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0; // C1 controls
    const bool stays = keep.find(text.front()) != std::string_view::npos;
    if (stays || (n > 0 && !is_control(byte) && !second_set)) {
      shown += text.substr(0, std::max<std::size_t>(n, 1));
      text.remove_prefix(std::max<std::size_t>(n, 1));
    } else {
      shown += fmt::format("\\x{:02x}", byte);
      text.remove_prefix(1);
    }
  }
  return shown;
}

} // namespace blockspin
