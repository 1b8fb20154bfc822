#include "blockspin/petsc/minimise.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <petsctao.h>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/check.hpp"
#include "blockspin/petsc/handle.hpp"

namespace blockspin::petsc {

namespace {

using VecHandle = Handle<Vec, VecDestroy>;
using TaoHandle = Handle<Tao, TaoDestroy>;

PetscErrorCode evaluate(Tao, Vec x, PetscReal* value, Vec gradient, void* context) {
  return trampoline([&] {
    const auto& objective = *static_cast<const Objective*>(context);
    PetscInt n = 0;
    const PetscScalar* at = nullptr;
    PetscScalar* slope = nullptr;
    BLOCKSPIN_PETSC(VecGetLocalSize(x, &n));
    BLOCKSPIN_PETSC(VecGetArrayRead(x, &at));
    BLOCKSPIN_PETSC(VecGetArrayWrite(gradient, &slope));
    const auto length = static_cast<std::size_t>(n);
    *value = objective({at, length}, {slope, length});
    const bool finite =
        std::isfinite(*value) && std::all_of(slope, slope + n, [](double g) { return std::isfinite(g); });
    BLOCKSPIN_PETSC(VecRestoreArrayWrite(gradient, &slope));
    BLOCKSPIN_PETSC(VecRestoreArrayRead(x, &at));
    if (!finite) throw Error(ErrorKind::numerical, "the objective of a minimisation is not finite");
  });
}

/// An option for as long as this stands; one that the user has given stays as it is.
class OwnOption {
public:
  OwnOption(std::string name, const std::string& value) : name_(std::move(name)) {
    PetscBool is_given = PETSC_FALSE;
    BLOCKSPIN_PETSC(PetscOptionsHasName(nullptr, nullptr, name_.c_str(), &is_given));
    if (is_given == PETSC_TRUE)
      name_.clear();
    else
      BLOCKSPIN_PETSC(PetscOptionsSetValue(nullptr, name_.c_str(), value.c_str()));
  }
  ~OwnOption() {
    if (!name_.empty()) PetscOptionsClearValue(nullptr, name_.c_str());
  }
  OwnOption(const OwnOption&) = delete;
  OwnOption& operator=(const OwnOption&) = delete;

private:
  std::string name_; ///< empty where it is the user's
};

/// The last word is the user's. Every LMVM matrix has the same prefix, that of TAO itself.
void set_options(Tao tao, const MinimiseOptions& options) {
  const std::string history = "tao_lmvm_mat_lmvm_hist_size";
  const OwnOption own("-" + history, std::to_string(options.history));
  BLOCKSPIN_PETSC(TaoSetType(tao, TAOLMVM));
  BLOCKSPIN_PETSC(TaoSetMaximumIterations(tao, options.max_iterations));
  BLOCKSPIN_PETSC(TaoSetMaximumFunctionEvaluations(tao, 20 * options.max_iterations + 20));
  BLOCKSPIN_PETSC(TaoSetTolerances(tao, options.gradient_tolerance, 0.0, 0.0));
  BLOCKSPIN_PETSC(TaoSetFromOptions(tao));
  PetscBool is_used = PETSC_FALSE;
  BLOCKSPIN_PETSC(PetscOptionsUsed(nullptr, history.c_str(), &is_used));
  require(is_used == PETSC_TRUE, "TAO takes the length of the history");
}

/// A line search that finds no lower point from a nearly stationary one has met
/// rounding: that is an end, too.
bool is_end(TaoConvergedReason reason) { return reason > 0 || reason == TAO_DIVERGED_LS_FAILURE; }

MinimiseResult result_of(Tao tao) {
  MinimiseResult result;
  PetscInt iterations = 0;
  TaoConvergedReason reason = TAO_CONTINUE_ITERATING;
  BLOCKSPIN_PETSC(TaoGetSolutionStatus(tao, &iterations, &result.value, &result.gradient_norm, nullptr,
                                       nullptr, &reason));
  if (reason == TAO_DIVERGED_NAN)
    throw Error(ErrorKind::numerical, "a minimisation diverged: value or gradient is not a number");
  result.iterations = static_cast<int>(iterations);
  result.converged = is_end(reason);
  return result;
}

} // namespace

Objective remembering(Objective objective, std::vector<double>& record) {
  return [objective = std::move(objective), &record,
          next = std::size_t{0}](std::span<const double> x, std::span<double> gradient) mutable {
    if (next == record.size()) {
      const double value = objective(x, gradient); // may throw: then nothing is remembered
      record.push_back(value);
      record.insert(record.end(), gradient.begin(), gradient.end());
    }
    require(next + 1 + gradient.size() <= record.size(), "a record of another minimisation");
    const auto first = record.begin() + static_cast<std::ptrdiff_t>(next + 1);
    std::copy_n(first, gradient.size(), gradient.begin());
    const double value = record[next];
    next += 1 + gradient.size();
    return value;
  };
}

MinimiseResult minimise(std::span<double> x, const Objective& objective, const MinimiseOptions& options) {
  VecHandle solution;
  TaoHandle tao;
  const auto n = static_cast<PetscInt>(x.size());
  BLOCKSPIN_PETSC(VecCreateSeqWithArray(PETSC_COMM_SELF, 1, n, x.data(), solution.out()));
  BLOCKSPIN_PETSC(TaoCreate(PETSC_COMM_SELF, tao.out()));
  BLOCKSPIN_PETSC(TaoSetSolution(tao, solution));
  BLOCKSPIN_PETSC(TaoSetObjectiveAndGradient(tao, nullptr, evaluate, const_cast<Objective*>(&objective)));
  set_options(tao, options);
  BLOCKSPIN_PETSC(TaoSolve(tao));
  return result_of(tao);
}

} // namespace blockspin::petsc
