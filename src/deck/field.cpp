#include "blockspin/deck/field.hpp"

namespace blockspin::deck {

Check at_least(double least) {
  return {[=](double x) { return x >= least; }, ">= " + format_number(least)};
}

Check above(double bound) {
  return {[=](double x) { return x > bound; }, "> " + format_number(bound)};
}

Check at_most(double most) {
  return {[=](double x) { return x <= most; }, "<= " + format_number(most)};
}

Check between(double least, double most) {
  return {[=](double x) { return x >= least && x <= most; },
          "from " + format_number(least) + " to " + format_number(most)};
}

Check finite_temperature() { return between(least_temperature, most_temperature); }

Check inside(double low, double high) {
  return {[=](double x) { return x > low && x < high; },
          "between " + format_number(low) + " and " + format_number(high) + ", both excluded"};
}

Check from_below(double low, double high) {
  return {[=](double x) { return x >= low && x < high; },
          ">= " + format_number(low) + " and < " + format_number(high)};
}

bool is_literal_path(const std::string& path) {
  return !path.starts_with('~') && path.find('$') == std::string::npos;
}

} // namespace blockspin::deck
