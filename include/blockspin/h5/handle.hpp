#pragma once
// Ownership of HDF5 identifiers, and HDF5's own words when a call fails.

#include <string>

#include <hdf5.h>

#include "blockspin/base/error.hpp"

namespace blockspin::h5 {

/// HDF5's error stack of the last failed call, innermost reason last, on one line; empty
/// where there is none. Local.
std::string error_text();

/// Returns `id` unless it is negative (HDF5's sign of failure): then throws ErrorKind::archive
/// with `action` ("cannot create dataset energy") and HDF5's text, at `where` (the file). Local:
/// the caller agrees if it must.
template <class Id>
Id check(Id id, const std::string& action, const std::string& where = {}) {
  if (id >= 0) return id;
  const std::string reason = error_text();
  throw Error(ErrorKind::archive, reason.empty() ? action : action + ": " + reason, where);
}

/// Owns an identifier whose closing is local: dataspaces, types, property lists, datasets,
/// groups, attributes. Files are closed by File::close(), which is collective. Move only;
/// the destructor never throws.
class Handle {
public:
  using Closer = herr_t (*)(hid_t);

  Handle() = default;
  Handle(hid_t id, Closer closer) : id_(id), closer_(closer) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&& other) noexcept;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  hid_t id() const { return id_; }
  void reset() noexcept;

private:
  hid_t id_ = H5I_INVALID_HID;
  Closer closer_ = nullptr;
};

/// Stops HDF5 from printing its error stacks; called by every opening of a file.
void silence();

/// "1.10.8": the library this program runs with.
std::string library_version();

} // namespace blockspin::h5
