#include "import_labels.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "blockspin/base/text.hpp"
#include "blockspin/deck/values.hpp"

namespace blockspin::stages {

namespace {

std::size_t class_of(double label, const std::vector<double>& temperatures) {
  const auto at = std::lower_bound(temperatures.begin(), temperatures.end(), label,
                                   [](double t, double l) { return t < l - deck::temperature_tolerance; });
  return static_cast<std::size_t>(at - temperatures.begin());
}

std::vector<std::uint64_t> count_labels(const std::vector<double>& labels,
                                        const std::vector<double>& temperatures) {
  std::vector<std::uint64_t> n(temperatures.size(), 0);
  for (const double label : labels) ++n[class_of(label, temperatures)];
  return n;
}

} // namespace

std::vector<double> read_labels(const tables::Table& table) {
  const auto& extent = table.extent();
  if (extent.empty() || extent.size() > 2 || (extent.size() == 2 && extent[1] != 1))
    throw Error(ErrorKind::archive,
                "labels are one number a configuration, and their shape is " + tables::shape_text(extent),
                table.path());
  std::vector<double> labels(extent.front());
  table.read(1, 0, labels.size(), labels);
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (!deck::is_temperature(labels[i]))
      throw tables::BadRow(
          i, format_number(labels[i]) + " is not a temperature; allowed: " + deck::all_temperatures,
          table.path());
  return labels;
}

std::vector<double> distinct_labels(std::vector<double> labels) {
  std::ranges::sort(labels);
  std::vector<double> distinct;
  for (const double label : labels)
    if (distinct.empty() || label - distinct.back() > deck::temperature_tolerance) distinct.push_back(label);
  return distinct;
}

std::vector<std::uint64_t> order_by_labels(const std::vector<double>& labels,
                                           const std::vector<double>& temperatures) {
  auto next = count_labels(labels, temperatures);
  std::uint64_t begin = 0;
  for (std::uint64_t& n : next) begin += std::exchange(n, begin);
  std::vector<std::uint64_t> order(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) order[next[class_of(labels[i], temperatures)]++] = i;
  return order;
}

std::string unequal_labels(const std::vector<double>& labels, const std::vector<double>& temperatures) {
  const auto n = count_labels(labels, temperatures);
  const auto other = std::ranges::find_if(n, [&](std::uint64_t x) { return x != n.front(); });
  if (other == n.end()) return {};
  return "labels give " + std::to_string(n.front()) + " configurations to temperature " +
         format_number(temperatures.front()) + ", and " + std::to_string(*other) + " to " +
         format_number(temperatures[static_cast<std::size_t>(other - n.begin())]);
}

} // namespace blockspin::stages
