#include "found.hpp"

#include <cmath>

#include <fmt/format.h>

#include "blockspin/base/estimate_text.hpp"
#include "blockspin/base/text.hpp"

namespace blockspin::stages {

namespace {
constexpr std::uint64_t most_numbers = std::uint64_t{1} << 20;
}

std::vector<std::uint64_t> Found::extent(const std::string& name) const {
  const std::string path = group_ + "/" + name;
  return archive_.has(path) ? archive_.extent(path) : std::vector<std::uint64_t>{0};
}

std::vector<double> Found::list(const std::string& name) const {
  const std::uint64_t n = Slab::whole(extent(name)).n_global();
  return n == 0 || n > most_numbers ? std::vector<double>{} : archive_.read_all<double>(group_ + "/" + name);
}

template <class T>
std::vector<T> Found::read_ends(const std::string& name) const {
  Slab slab = Slab::whole(extent(name));
  if (slab.n_global() == 0) return {};
  if (!slab.extent.empty()) {
    slab.offset.back() = slab.extent.back() - 1;
    slab.count.back() = 1;
  }
  if (slab.n_local() > most_numbers) return {};
  std::vector<T> values(slab.n_local());
  archive_.read(group_ + "/" + name, slab, std::span<T>(values));
  return values;
}

std::vector<double> Found::ends(const std::string& name) const { return read_ends<double>(name); }

std::optional<std::uint64_t> Found::last_count(const std::string& name) const {
  const auto values = read_ends<std::uint64_t>(name);
  return values.empty() ? std::nullopt : std::optional(values.back());
}

std::optional<double> Found::scalar(const std::string& name) const {
  const auto values = list(name);
  return values.empty() ? std::nullopt : std::optional(values.front());
}

std::optional<double> Found::last(const std::string& name) const {
  const auto values = ends(name);
  return values.empty() ? std::nullopt : std::optional(values.back());
}

std::string Found::estimate(const std::string& name, const std::string& error) const {
  return estimate_text(scalar(name).value_or(std::nan("")),
                       error.empty() ? 0.0 : scalar(error).value_or(0.0));
}

std::string Found::value(const std::string& key) const {
  const auto group = archive_.group(group_);
  if (!group) return {};
  for (const std::string& name : {"auto." + key, key})
    if (const auto found = group->values.find(name); found != group->values.end())
      return h5::to_text(found->second);
  return {};
}

std::string rounded_estimate(double value, double error, double scale) {
  constexpr double rounding = 1e-12;
  if (std::abs(value) <= rounding * std::max(1.0, std::abs(scale)) && error <= rounding * std::abs(scale))
    return "0";
  return estimate_text(value, error);
}

} // namespace blockspin::stages
