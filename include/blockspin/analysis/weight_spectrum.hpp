#pragma once
// The singular values of a weight matrix and what its vectors look like, in steps that can be interrupted.

#include "blockspin/analysis/weight_patterns.hpp"

namespace blockspin::analysis {

/// The decomposition, which is one call of LAPACK, then the patterns of its vectors, which pass `safe_point`.
/// The state holds the decomposition; patterns are worked out last. Every rank computes the same.
class WeightSpectrum : public Stepper {
public:
  /// `weights` [site, hidden]. Borrows geometry and weights.
  WeightSpectrum(const lattice::Geometry& geometry, const Array<double, 2>& weights,
                 SafePoint safe_point = {});

  /// When done().
  const Spectrum& spectrum() const { return spectrum_; }
  const WeightPatterns& patterns() const { return patterns_; }

  bool done() const override { return has_patterns_; }
  void advance() override;
  double work_done() const override { return (is_decomposed() ? 1 : 0) + (has_patterns_ ? 1 : 0); }
  double work_total() const override { return 2; }
  void save(StateSink& sink) const override;
  void load(StateSource& source) override;

private:
  bool is_decomposed() const { return !spectrum_.singular_value.empty(); }

  const lattice::Geometry& geometry_;
  const Array<double, 2>& weights_;
  SafePoint safe_point_;
  Spectrum spectrum_;
  WeightPatterns patterns_;
  bool has_patterns_ = false;
};

} // namespace blockspin::analysis
