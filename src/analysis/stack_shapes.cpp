#include "blockspin/analysis/stack_shapes.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace blockspin::analysis {
namespace {

/// Random points are drawn this often for the mean spacing of unordered centres.
constexpr std::size_t n_random_repeats = 100;

/// Units that have a field at all.
std::size_t n_living(const FieldShapes& shapes) {
  return static_cast<std::size_t>(std::count_if(shapes.radius.begin(), shapes.radius.end(),
                                                [](double radius) { return !std::isnan(radius); }));
}

/// Sequences of one layer's random numbers, apart from every other's.
constexpr std::uint64_t sequence_of(std::size_t layer) { return static_cast<std::uint64_t>(layer + 1) << 32; }

/// Calls visit(list) for every list of numbers that shapes consist of.
template <class Shapes, class Visit>
void for_each_list(Shapes& shapes, Visit&& visit) {
  visit(std::span(shapes.window_fraction));
  visit(shapes.centre.flat());
  visit(std::span(shapes.radius));
  visit(std::span(shapes.orientation));
  visit(std::span(shapes.spacing));
  visit(std::span(shapes.coverage));
}

} // namespace

StackShapes::StackShapes(const lattice::Geometry& geometry, std::uint64_t window,
                         std::span<const rbm::Machine> stack, const rng::Generator& random,
                         SafePoint safe_point)
    : geometry_(geometry), window_(window), random_(random), safe_point_(std::move(safe_point)),
      trained_(stack_fields(stack, safe_point_)),
      untrained_(stack_fields(untrained_stack(stack, random), safe_point_)) {}

RandomSpacing StackShapes::spacing_of_random_points(std::size_t layer) const {
  const std::size_t n = n_living(shapes(layer, FieldKind::trained));
  return random_spacing(geometry_, n, n_random_repeats, random_,
                        sequence_of(layer) + trained_[layer].extent(1), safe_point_);
}

void StackShapes::advance() {
  const std::size_t layer = shapes_.size() / n_field_kinds;
  shapes_.push_back(measured(layer, static_cast<FieldKind>(shapes_.size() % n_field_kinds)));
}

FieldShapes StackShapes::measured(std::size_t layer, FieldKind kind) const {
  const auto measure = [&](const Array<double, 2>& fields) {
    return measure_fields(geometry_, fields, window_, safe_point_);
  };
  if (kind == FieldKind::trained) return measure(trained_[layer]);
  if (kind == FieldKind::untrained) return measure(untrained_[layer]);
  if (kind == FieldKind::shuffled)
    return measure(shuffled_fields(trained_[layer], random_, sequence_of(layer), safe_point_));
  return measure(code_of(layer, kind).fields());
}

PlainCode StackShapes::code_of(std::size_t layer, FieldKind kind) const {
  return {geometry_, kind == FieldKind::blocks ? Code::blocks : Code::modes, trained_[layer].extent(1)};
}

/// Shapes of the layer's units, or of a code's numbers, to be filled.
FieldShapes StackShapes::empty_shapes(std::size_t layer, FieldKind kind) const {
  const bool is_code = kind == FieldKind::blocks || kind == FieldKind::modes;
  const std::size_t n_hidden = is_code ? code_of(layer, kind).n_numbers() : trained_[layer].extent(1);
  const std::vector<double> a_unit(n_hidden);
  return {a_unit, Array<double, 2>({n_hidden, static_cast<std::size_t>(geometry_.n_dimensions())}),
          a_unit, a_unit,
          a_unit, std::vector<double>(geometry_.n_sites())};
}

void StackShapes::save(StateSink& sink) const {
  std::vector<double> all;
  for (const FieldShapes& shapes : shapes_)
    for_each_list(shapes,
                  [&](std::span<const double> list) { all.insert(all.end(), list.begin(), list.end()); });
  sink.replicated("n_done", std::uint64_t{shapes_.size()});
  sink.replicated("shapes", std::span<const double>(all));
}

void StackShapes::load(StateSource& source) {
  std::uint64_t n_done = 0;
  source.replicated("n_done", n_done);
  std::vector<double> all(source.n_saved("shapes"));
  source.replicated("shapes", std::span<double>(all));
  shapes_.clear();
  auto next = all.begin();
  while (shapes_.size() < n_done) {
    const std::size_t n = shapes_.size();
    shapes_.push_back(empty_shapes(n / n_field_kinds, static_cast<FieldKind>(n % n_field_kinds)));
    for_each_list(shapes_.back(), [&](std::span<double> list) {
      std::copy_n(next, list.size(), list.begin());
      next += static_cast<std::ptrdiff_t>(list.size());
    });
  }
}

} // namespace blockspin::analysis
