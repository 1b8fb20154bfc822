#include "blockspin/h5/attribute.hpp"

#include "blockspin/base/text.hpp"
#include "together.hpp"
#include "value.hpp"

namespace blockspin::h5 {

namespace {

Handle open_object(const File& file, const std::string& path) {
  return {check(H5Oopen(file.id(), path.c_str(), H5P_DEFAULT), "cannot open " + path, file.path()), H5Oclose};
}

std::string element_text(const std::string& value) { return value; }
std::string element_text(double value) { return format_number(value); }
std::string element_text(std::int64_t value) { return std::to_string(value); }
std::string element_text(std::uint64_t value) { return std::to_string(value); }
template <class T>
std::string element_text(const std::vector<T>& values) {
  std::vector<std::string> pieces;
  for (const T& value : values) pieces.push_back(element_text(value));
  return joined(pieces, ", ");
}

} // namespace

std::string to_text(const Value& value) {
  return std::visit([](const auto& held) { return element_text(held); }, value);
}

void write_attribute(File& file, const std::string& object, const std::string& name, const Value& value) {
  together(file.comm(), file.path(), 0, [&] {
    const Handle target = open_object(file, object);
    if (check(H5Aexists(target.id(), name.c_str()), "cannot look for the attribute " + name, file.path()) > 0)
      check(H5Adelete(target.id(), name.c_str()), "cannot replace the attribute " + name, file.path());
    write_value(target.id(), name, value);
  });
}

} // namespace blockspin::h5
