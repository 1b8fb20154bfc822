#include <gtest/gtest.h>

#include <petsctao.h>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/check.hpp"

using namespace blockspin;

TEST(Check, AnErrorOfPetscCarriesItsText) {
  Vec x = nullptr;
  BLOCKSPIN_PETSC(VecCreateSeq(PETSC_COMM_SELF, 3, &x));
  try {
    BLOCKSPIN_PETSC(VecSetSizes(x, 4, 4)); // the size is already set
    FAIL() << "PETSc accepted a second size";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::internal);
    EXPECT_NE(error.message().find("VecSetSizes"), std::string::npos) << error.message();
  }
  BLOCKSPIN_PETSC(VecDestroy(&x));
}

namespace {
PetscErrorCode failing_objective(Tao, Vec, PetscReal*, Vec, void*) {
  return petsc::trampoline([] { throw Error(ErrorKind::numerical, "the objective is not finite"); });
}
} // namespace

TEST(Trampoline, AnExceptionOfACallbackArrivesAtTheCaller) {
  Vec x = nullptr;
  Tao tao = nullptr;
  BLOCKSPIN_PETSC(VecCreateSeq(PETSC_COMM_SELF, 2, &x));
  BLOCKSPIN_PETSC(TaoCreate(PETSC_COMM_SELF, &tao));
  BLOCKSPIN_PETSC(TaoSetType(tao, TAOLMVM));
  BLOCKSPIN_PETSC(TaoSetSolution(tao, x));
  BLOCKSPIN_PETSC(TaoSetObjectiveAndGradient(tao, nullptr, failing_objective, nullptr));
  try {
    BLOCKSPIN_PETSC(TaoSolve(tao));
    FAIL() << "the exception was lost";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::numerical);
  }
  BLOCKSPIN_PETSC(TaoDestroy(&tao));
  BLOCKSPIN_PETSC(VecDestroy(&x));
}
