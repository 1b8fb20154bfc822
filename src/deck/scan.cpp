#include "scan.hpp"

#include <algorithm>
#include <sstream>
#include <unordered_map>

#include "blockspin/base/text.hpp"

namespace blockspin::deck {

namespace {

bool is_word(std::string_view text, std::string_view also) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           also.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

/// Reads one deck line by line. The section a line belongs to is the last one opened; lines below a header
/// that could not be read are skipped: what they mean is unknown, and the header is reported.
class LineScanner {
public:
  LineScanner(const std::string& path, Scan& scan, Problems& problems)
      : path_(path), scan_(scan), problems_(problems) {}

  void line(std::string text) {
    place_ = {path_, ++number_};
    const auto hash = text.find('#');
    const std::string content = trimmed(hash == std::string::npos ? text : text.substr(0, hash));
    if (content.empty()) return;
    if (!std::all_of(content.begin(), content.end(), [](unsigned char c) { return c >= 32 || c == '\t'; }))
      return complain("", "the line holds control characters", "text");
    if (content.front() == '[')
      header(content);
    else
      key(content);
  }

private:
  void complain(std::string key, std::string what, std::string allowed) {
    problems_.add({place_, std::move(key), std::move(what), std::move(allowed), {}});
  }

  void header(const std::string& content) {
    in_section_ = skipping_ = false;
    const std::string inside = content.back() == ']' ? content.substr(1, content.size() - 2) : "";
    const auto dot = inside.find('.');
    Section section{
        inside.substr(0, dot), dot == std::string::npos ? "main" : inside.substr(dot + 1), place_, {}};
    skipping_ = true;
    if (!is_word(section.stage, "_") || !is_word(section.name, "_-"))
      return complain("", "'" + content + "' is not a section header",
                      "[stage] or [stage.name], of letters, digits, _ and -");
    const auto [first, is_new] = first_lines_.try_emplace(section.stage + "." + section.name, number_);
    if (!is_new)
      return complain("[" + inside + "]", "stands twice; first at line " + std::to_string(first->second), "");
    skipping_ = false;
    in_section_ = true;
    scan_.sections.push_back(section);
    scan_.readable += "[" + section.stage + "." + section.name + "]\n";
  }

  void key(const std::string& content) {
    if (skipping_) return;
    const auto equals = content.find('=');
    const std::string name = trimmed(content.substr(0, equals));
    if (equals == std::string::npos || !is_word(name, "_.-"))
      return complain("", "'" + content + "' is neither a section nor a key with a value", "key = value");
    if (!in_section_) return complain(name, "stands before the first section", "keys below a [stage]");
    Section& section = scan_.sections.back();
    if (const Entry* first = section.find(name))
      return complain(section.label() + "." + name,
                      "stands twice; first at line " + std::to_string(first->place.line), "");
    section.entries.push_back({name, "", place_});
    scan_.readable += content + "\n";
  }

  const std::string& path_;
  Scan& scan_;
  Problems& problems_;
  Place place_;
  int number_ = 0;
  std::unordered_map<std::string, int> first_lines_; ///< of sections, by stage and name
  bool in_section_ = false;
  bool skipping_ = false;
};

} // namespace

std::string without_byte_order_mark(const std::string& text) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

Scan scan_lines(const std::string& path, const std::string& text, Problems& problems) {
  Scan scan;
  LineScanner scanner(path, scan, problems);
  std::istringstream lines(without_byte_order_mark(text));
  for (std::string line; std::getline(lines, line);) scanner.line(std::move(line));
  return scan;
}

} // namespace blockspin::deck
