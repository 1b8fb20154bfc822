#include "blockspin/archive/listing.hpp"

#include <algorithm>
#include <filesystem>

#include "durable.hpp"

namespace blockspin::archive {

namespace fs = std::filesystem;

Listing::Listing(const std::string& folder) : folder_(folder.empty() ? "." : folder) {
  for (const std::string& path : files_in(folder_)) names_.push_back(fs::path(path).filename().string());
  std::ranges::sort(names_);
}

bool Listing::is_of(const std::string& folder) const {
  const auto normal = [](const std::string& path) { return (fs::path(path) / "").lexically_normal(); };
  return normal(folder) == normal(folder_);
}

std::vector<std::string> Listing::names_with(const std::string& beginning) const {
  std::vector<std::string> names;
  for (auto name = std::ranges::lower_bound(names_, beginning);
       name != names_.end() && name->starts_with(beginning); ++name)
    names.push_back(*name);
  return names;
}

} // namespace blockspin::archive
