#include "blockspin/h5/handle.hpp"

#include <utility>
#include <vector>

namespace blockspin::h5 {

namespace {

herr_t collect(unsigned, const H5E_error2_t* entry, void* list) {
  if (entry->desc != nullptr) static_cast<std::vector<std::string>*>(list)->push_back(entry->desc);
  return 0;
}

} // namespace

std::string error_text() {
  std::vector<std::string> reasons; // the call we made first, the deepest cause last
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, collect, &reasons);
  H5Eclear2(H5E_DEFAULT);
  if (reasons.empty()) return {};
  const std::string& deepest = reasons.back();
  return reasons.size() == 1 ? deepest : reasons.front() + ": " + deepest;
}

Handle::Handle(Handle&& other) noexcept
    : id_(std::exchange(other.id_, H5I_INVALID_HID)), closer_(std::exchange(other.closer_, nullptr)) {}

Handle& Handle::operator=(Handle&& other) noexcept {
  if (this == &other) return *this;
  reset();
  id_ = std::exchange(other.id_, H5I_INVALID_HID);
  closer_ = std::exchange(other.closer_, nullptr);
  return *this;
}

void Handle::reset() noexcept {
  if (id_ >= 0 && closer_ != nullptr) closer_(id_);
  id_ = H5I_INVALID_HID;
}

void silence() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

std::string library_version() {
  unsigned major = 0, minor = 0, release = 0;
  check(H5get_libversion(&major, &minor, &release), "cannot ask for the version of HDF5");
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

} // namespace blockspin::h5
