#pragma once
// Attributes of groups and datasets: small values, the same on every rank.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "blockspin/h5/file.hpp"

namespace blockspin::h5 {

/// What an attribute can hold. Text is UTF-8 of any length.
using Value = std::variant<std::int64_t, std::uint64_t, double, std::string, std::vector<std::int64_t>,
                           std::vector<std::uint64_t>, std::vector<double>, std::vector<std::string>>;

/// "1e-4", "auto", "400, 100, 25": a value for people, lists comma separated.
std::string to_text(const Value& value);

/// Writes (or replaces) an attribute of the group or dataset `object`. Collective; the value must be the same
/// on every rank.
void write_attribute(File& file, const std::string& object, const std::string& name, const Value& value);
} // namespace blockspin::h5
