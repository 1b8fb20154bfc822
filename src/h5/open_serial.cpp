#include "open_serial.hpp"

#include "file_check.hpp"

namespace blockspin::h5 {

Handle open_serial(const std::string& path) {
  silence();
  check_file(path);
  const Handle fapl(check(H5Pcreate(H5P_FILE_ACCESS), "cannot create a property list"), H5Pclose);
#if H5_VERSION_GE(1, 10, 7)
  check(H5Pset_file_locking(fapl.id(), false, true), "cannot switch off locks");
#endif
  return {check(H5Fopen(path.c_str(), H5F_ACC_RDONLY, fapl.id()), "cannot open the file", path), H5Fclose};
}

} // namespace blockspin::h5
