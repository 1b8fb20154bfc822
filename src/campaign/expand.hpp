#pragma once
// Scans: one section that stands for several instances, and the sections that follow all of them.

#include <vector>

#include "blockspin/campaign/kind.hpp"
#include "blockspin/deck/document.hpp"

namespace blockspin::campaign {

/// One section of the deck and the instances it stands for; one instance, itself, where nothing is scanned.
struct Expanded {
  std::vector<deck::Section> instances;
};

/// Expands every section of a known kind. A scan gives each instance a coordinate (the scanning key,
/// its suffix); a section that refers to scanned instances gets one instance for each combination
/// that agrees in all coordinates, named by their suffixes: [flow.f] following `rbm = v` with two
/// seeds becomes f_s1 and f_s2.
std::vector<Expanded> expand(const std::vector<deck::Section>& sections, std::span<const Kind> kinds,
                             deck::Problems& problems);

} // namespace blockspin::campaign
