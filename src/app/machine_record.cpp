#include "machine_record.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <vector>

#include <unistd.h>

#include "blockspin/base/log.hpp"
#include "blockspin/base/printable.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/petsc/blas.hpp"
#include "blockspin/petsc/session.hpp"
#include "blockspin/rbm/product.hpp"

namespace blockspin::app {

namespace {

/// The processor as the system names it, or "unknown".
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) {
      const auto colon = line.find(':');
      return colon == std::string::npos ? "unknown" : trimmed(line.substr(colon + 1));
    }
  return "unknown";
}

/// What any rank says, each once, sorted, as it is printed: in one line. Collective.
std::vector<std::string> said_by_any(const mpi::Communicator& comm, const std::vector<std::string>& mine) {
  std::string lines;
  for (const std::string& text : mine) lines += printable(text) + "\n";
  const std::vector<char> all = comm.gather_all(std::span<const char>(lines));
  std::set<std::string> texts;
  for (const std::string& text : split(std::string_view(all.data(), all.size()), '\n'))
    if (!text.empty()) texts.insert(text);
  return {texts.begin(), texts.end()};
}

/// Variables that libraries read, and which change speed or rounding.
std::vector<std::string> environment_that_matters() {
  std::vector<std::string> found;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    for (const std::string_view prefix :
         {"OPENBLAS_", "BLIS_", "MKL_", "OMP_NUM_THREADS=", "PETSC_OPTIONS=", "BLOCKSPIN_", "HDF5_",
          "SLURM_JOB_ID=", "SLURM_NTASKS=", "UCX_TLS="})
      if (text.starts_with(prefix)) found.emplace_back(text);
  }
  return found;
}

} // namespace

std::map<std::string, h5::Value> machine_values(const mpi::Communicator& comm) {
  return {{"kernels", std::string(rbm::product_kernel())},
          {"processors", said_by_any(comm, {processor()})},
          {"blas", said_by_any(comm, petsc::blas_libraries())},
          {"library_petsc", petsc::petsc_version()},
          {"library_slepc", petsc::slepc_version()},
          {"environment", said_by_any(comm, environment_that_matters())}};
}

void warn_of_another_machine(const archive::Archive& archive,
                             const std::map<std::string, h5::Value>& present) {
  const auto runs = archive.runs();
  const auto by_number = [](const auto& run) {
    return std::pair(run.first.size(), run.first);
  }; // run_9, run_10
  const auto last = std::ranges::max_element(runs, {}, by_number);
  if (last == runs.end()) return;
  for (const char* key : {"kernels", "processors", "blas"}) {
    const auto before = last->second.find(key);
    if (before == last->second.end() || before->second == present.at(key)) continue;
    log::warning(
        "the archive's last run had " + std::string(key) + " '" + h5::to_text(before->second) +
        "', this one has '" + h5::to_text(present.at(key)) +
        "': results of optimisers and linear algebra agree to rounding only (runscripts/running.md)");
  }
}

} // namespace blockspin::app
