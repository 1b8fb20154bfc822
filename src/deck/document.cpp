#include "blockspin/deck/document.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/program_options.hpp>

#include "blockspin/base/error.hpp"
#include "scan.hpp"

namespace blockspin::deck {

const Entry* Section::find(std::string_view key) const {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

Section* Document::find(std::string_view stage, std::string_view name) {
  return const_cast<Section*>(std::as_const(*this).find(stage, name));
}

const Section* Document::find(std::string_view stage, std::string_view name) const {
  const auto found = std::find_if(sections.begin(), sections.end(), [&](const Section& section) {
    return section.stage == stage && section.name == name;
  });
  return found == sections.end() ? nullptr : &*found;
}

Document parse(const std::string& path, const std::string& text, Problems& problems) {
  // Program_options reads the values; it knows no lines, so ours are found first, and
  // go with its keys one by one.
  Scan scan = scan_lines(path, text, problems);
  namespace po = boost::program_options;
  std::istringstream stream(scan.readable);
  const po::options_description nothing_declared;
  const auto parsed = po::parse_config_file(stream, nothing_declared, true);
  auto option = parsed.options.begin();
  for (Section& section : scan.sections) {
    for (Entry& entry : section.entries) {
      require(option != parsed.options.end() &&
                  option->string_key == section.stage + "." + section.name + "." + entry.key,
              "the deck's lines and its parser disagree");
      entry.value = option->value.empty() ? "" : option->value.front();
      ++option;
    }
  }
  return {path, text, {}, std::move(scan.sections)};
}

std::string read_text(const std::string& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code))
    throw Error(ErrorKind::deck, "is a directory, not a deck", path);
  if (std::filesystem::exists(path, code) && !std::filesystem::is_regular_file(path, code))
    throw Error(ErrorKind::deck, "is no regular file; a deck is read from a file, beside which results go",
                path);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf())))
    throw Error(ErrorKind::deck, "the deck cannot be read", path);
  return text.str();
}

} // namespace blockspin::deck
