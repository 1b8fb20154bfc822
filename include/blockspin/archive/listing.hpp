#pragma once
// What stands in a folder, read once for many questions.

#include <string>
#include <vector>

namespace blockspin::archive {

/// The names in a folder as they were when it was read. Local.
class Listing {
public:
  /// Of a folder that cannot be read, nothing.
  explicit Listing(const std::string& folder);
  bool is_of(const std::string& folder) const;
  /// The names that begin so, sorted.
  std::vector<std::string> names_with(const std::string& beginning) const;

private:
  std::string folder_;
  std::vector<std::string> names_; ///< sorted
};

} // namespace blockspin::archive
