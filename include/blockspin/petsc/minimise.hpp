#pragma once
// Smooth minimisation by PETSc TAO, run redundantly on every rank.

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace blockspin::petsc {

/// Value of a smooth function at `x`; fills `gradient` (same length). It may communicate: every rank calls it
/// equally often with the same x. What it throws comes out of minimise().
using Objective = std::function<double(std::span<const double> x, std::span<double> gradient)>;

/// The objective with a memory: evaluations that stand in `record` (value and gradient of each, in the order
/// they were made) are given from there, later ones are made and added. A minimisation that was broken off
/// goes its old way again without computing, and on from there, bit for bit. `record` must outlive it.
Objective remembering(Objective objective, std::vector<double>& record);

struct MinimiseOptions {
  int max_iterations = 100;
  double gradient_tolerance = 1e-8; ///< on the gradient's 2-norm
  int history = 5;                  ///< correction pairs of the limited-memory quasi-Newton matrix
};

struct MinimiseResult {
  double value = 0.0;
  double gradient_norm = 0.0;
  int iterations = 0;
  bool converged = false; ///< the tolerance was met, or no further descent is possible in double precision
};

/// Minimises by limited-memory BFGS with a More-Thuente line search (TAO's LMVM with its diagonal initial
/// scaling), from `x` and into `x`. Runs on PETSC_COMM_SELF on every rank alike: the result is the same bits on every
/// rank, provided the objective's are. Throws ErrorKind::numerical where value or gradient become NaN.
MinimiseResult minimise(std::span<double> x, const Objective& objective, const MinimiseOptions& options);

} // namespace blockspin::petsc
