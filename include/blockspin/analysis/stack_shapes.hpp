#pragma once
// Where every layer of a stack looks, beside controls, in steps that can be interrupted.

#include <cstdint>
#include <span>
#include <vector>

#include "blockspin/analysis/plain_code.hpp"
#include "blockspin/analysis/receptive_field.hpp"

namespace blockspin::analysis {

/// What is measured of a layer: its fields as trained, those of random weights, its own with their values
/// moved to random sites, and the fields of plain codes (plain_code.hpp) of as many numbers.
enum class FieldKind : std::size_t { trained, untrained, shuffled, blocks, modes };
inline constexpr std::size_t n_field_kinds = 5;

/// Measures layers one after the other, of each the trained fields, then the controls. The state holds the
/// shapes that are measured. Every rank computes the same. Layers count from 0.
class StackShapes : public Stepper {
public:
  /// Works out the fields of the stack and of an untrained one, which passes `safe_point`; borrows geometry.
  StackShapes(const lattice::Geometry& geometry, std::uint64_t window, std::span<const rbm::Machine> stack,
              const rng::Generator& random, SafePoint safe_point = {});

  std::size_t n_layers() const { return trained_.size(); }
  /// Of the trained stack, [sites, hidden units of the layer].
  const Array<double, 2>& fields(std::size_t layer) const { return trained_[layer]; }
  /// When done().
  const FieldShapes& shapes(std::size_t layer, FieldKind kind) const {
    return shapes_[layer * n_field_kinds + static_cast<std::size_t>(kind)];
  }
  /// How far random points are apart, as many as the layer has units with a field; when done().
  RandomSpacing spacing_of_random_points(std::size_t layer) const;

  bool done() const override { return shapes_.size() == n_field_kinds * n_layers(); }
  void advance() override;
  double work_done() const override { return static_cast<double>(shapes_.size()); }
  double work_total() const override { return static_cast<double>(n_field_kinds * n_layers()); }
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

private:
  FieldShapes measured(std::size_t layer, FieldKind kind) const;
  FieldShapes empty_shapes(std::size_t layer, FieldKind kind) const;
  PlainCode code_of(std::size_t layer, FieldKind kind) const;

  const lattice::Geometry& geometry_;
  std::uint64_t window_;
  rng::Generator random_;
  SafePoint safe_point_;
  std::vector<Array<double, 2>> trained_, untrained_; ///< fields, by layer
  std::vector<FieldShapes> shapes_; ///< layer by layer, kind by kind, as far as they are measured
};

} // namespace blockspin::analysis
