#pragma once
// Small parts of a group's datasets, for the line that says what was found.

#include <optional>
#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"

namespace blockspin::stages {

/// A group of an archive. Collective in every member; nothing where there is no such dataset, or where it is larger
/// than a line of text could tell.
class Found {
public:
  Found(const archive::Archive& archive, std::string group) : archive_(archive), group_(std::move(group)) {}

  /// All numbers, the last axis fastest.
  std::vector<double> list(const std::string& name) const;
  /// Those of the last index of the last axis: where a series along it ends.
  std::vector<double> ends(const std::string& name) const;
  std::optional<double> scalar(const std::string& name) const;
  std::optional<double> last(const std::string& name) const;
  /// The last of whole numbers (u64).
  std::optional<std::uint64_t> last_count(const std::string& name) const;
  /// Of the first axis.
  std::uint64_t length(const std::string& name) const {
    return extent(name).empty() ? 1 : extent(name).front();
  }
  /// "27.1(1)" of two scalars; `error` is empty where there is none.
  std::string estimate(const std::string& name, const std::string& error) const;
  /// What the deck or `auto` said of a key; empty where the group does not have it. Local.
  std::string value(const std::string& key) const;

private:
  std::vector<std::uint64_t> extent(const std::string& name) const;
  template <class T>
  std::vector<T> read_ends(const std::string& name) const;

  const archive::Archive& archive_;
  std::string group_;
};

/// "27.1(1)"; "0" where the value is less than rounding leaves of numbers of size `scale`. Local.
std::string rounded_estimate(double value, double error, double scale);

} // namespace blockspin::stages
