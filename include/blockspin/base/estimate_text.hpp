#pragma once
// A number and its standard error, as papers print them.

#include <string>

namespace blockspin {

/// "27.1(1)": the error in units of the last digit shown, with two digits below 2; "27.1" where there is none.
std::string estimate_text(double value, double error);

} // namespace blockspin
