#pragma once
// Temperatures as labels, one a configuration.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "blockspin/tables/table.hpp"

namespace blockspin::stages {

/// All numbers of a list, on this rank; throws ErrorKind::archive where the table is no list, or a number is
/// no temperature. Local.
std::vector<double> read_labels(const tables::Table& table);
/// The different labels, increasing. Local.
std::vector<double> distinct_labels(std::vector<double> labels);
/// Which configuration of the file stands at each place of the archive: those of the first temperature in
/// the order of the file, then those of the second, and so on. Local.
std::vector<std::uint64_t> order_by_labels(const std::vector<double>& labels,
                                           const std::vector<double>& temperatures);
/// Why the labels do not give every temperature equally many configurations; empty where they do. Local.
std::string unequal_labels(const std::vector<double>& labels, const std::vector<double>& temperatures);

} // namespace blockspin::stages
