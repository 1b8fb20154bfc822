#include "blockspin/petsc/blas.hpp"

#include <algorithm>
#include <functional>

#include <dlfcn.h>
#include <link.h>

#include "blockspin/base/text.hpp"

namespace blockspin::petsc {
namespace {

/// Calls `look(path, handle)` for every shared library of this process. A program may hold several BLAS: PETSc's, and
/// one that it was linked with itself. So each is asked, not the first that answers to a name.
void for_each_library(const std::function<void(const std::string& path, void* handle)>& look) {
  std::vector<std::string> paths;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* all) {
        static_cast<std::vector<std::string>*>(all)->emplace_back(info->dlpi_name);
        return 0;
      },
      &paths);
  for (const std::string& path : paths) {
    if (path.empty()) continue;
    void* const handle = dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (handle == nullptr) continue;
    look(path, handle);
    dlclose(handle);
  }
}

/// The library's own function of that name, not one that it was linked with.
template <class Function>
Function* own_function(const std::string& path, void* handle, const char* name) {
  void* const symbol = dlsym(handle, name);
  Dl_info where{};
  if (symbol == nullptr || dladdr(symbol, &where) == 0 || where.dli_fname == nullptr ||
      path != where.dli_fname)
    return nullptr;
  return reinterpret_cast<Function*>(symbol);
}

} // namespace

void use_one_blas_thread() {
  for_each_library([](const std::string& path, void* handle) {
    // OpenBLAS, BLIS, MKL, and the OpenMP that a BLAS may be built on.
    for (const char* name : {"openblas_set_num_threads", "bli_thread_set_num_threads", "MKL_Set_Num_Threads",
                             "omp_set_num_threads"})
      if (auto* const set_threads = own_function<void(int)>(path, handle, name)) set_threads(1);
  });
}

std::vector<std::string> blas_libraries() {
  std::vector<std::string> all;
  for_each_library([&](const std::string& path, void* handle) {
    auto* const config = own_function<char*()>(path, handle, "openblas_get_config");
    auto* const core = own_function<char*()>(path, handle, "openblas_get_corename");
    auto* const threads = own_function<int()>(path, handle, "openblas_get_num_threads");
    if (config == nullptr || core == nullptr || threads == nullptr) return;
    all.push_back(path.substr(path.rfind('/') + 1) + ": " + trimmed(config()) + ", " + core() + ", " +
                  counted(static_cast<std::uint64_t>(threads()), "thread"));
  });
  std::ranges::sort(all);
  return all;
}

} // namespace blockspin::petsc
