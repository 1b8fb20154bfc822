#pragma once
// The text of the last PETSc error, recorded by our error handler.

#include <string>

namespace blockspin::petsc {

/// Makes PETSc record error texts here instead of printing them. Local.
void install_error_handler();
/// The recorded text, cleared.
std::string take_error_text();

} // namespace blockspin::petsc
