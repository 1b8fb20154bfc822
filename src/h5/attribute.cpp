#include "blockspin/h5/attribute.hpp"

#include <optional>
#include <type_traits>

#include "blockspin/base/text.hpp"
#include "together.hpp"

namespace blockspin::h5 {

namespace {

/// More elements than this in one attribute is damage, not content.
constexpr hssize_t most_elements = 1 << 24;

Handle text_type() {
  Handle type(check(H5Tcopy(H5T_C_S1), "cannot create a type"), H5Tclose);
  check(H5Tset_size(type.id(), H5T_VARIABLE), "cannot create a type");
  check(H5Tset_cset(type.id(), H5T_CSET_UTF8), "cannot create a type");
  return type;
}

template <class T>
hid_t number_type() {
  if constexpr (std::is_same_v<T, double>)
    return H5T_IEEE_F64LE;
  else if constexpr (std::is_signed_v<T>)
    return H5T_STD_I64LE;
  else
    return H5T_STD_U64LE;
}

/// Creates the attribute and writes the elements at `data`; a scalar where `scalar`.
void create_and_write(hid_t object, const std::string& name, hid_t type, bool scalar, std::size_t n,
                      const void* data) {
  const hsize_t extent = n;
  const Handle space(check(scalar ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &extent, nullptr),
                           "cannot create a dataspace"),
                     H5Sclose);
  const Handle attribute(check(H5Acreate2(object, name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT),
                               "cannot create the attribute " + name),
                         H5Aclose);
  if (n > 0) check(H5Awrite(attribute.id(), type, data), "cannot write the attribute " + name);
}

void write_value(hid_t object, const std::string& name, const std::string& value) {
  const char* data = value.c_str();
  create_and_write(object, name, text_type().id(), true, 1, &data);
}

void write_value(hid_t object, const std::string& name, const std::vector<std::string>& values) {
  std::vector<const char*> data;
  for (const std::string& value : values) data.push_back(value.c_str());
  create_and_write(object, name, text_type().id(), false, values.size(), data.data());
}

template <class T>
void write_value(hid_t object, const std::string& name, T value) {
  create_and_write(object, name, number_type<T>(), true, 1, &value);
}

template <class T>
void write_value(hid_t object, const std::string& name, const std::vector<T>& values) {
  create_and_write(object, name, number_type<T>(), false, values.size(), values.data());
}

template <class T>
Value read_numbers(hid_t attribute, std::size_t n, bool scalar) {
  std::vector<T> values(n);
  if (n > 0) check(H5Aread(attribute, number_type<T>(), values.data()), "cannot read an attribute");
  if (scalar) return values[0];
  return values;
}

Value read_text(hid_t attribute, std::size_t n, bool scalar) {
  const Handle type = text_type();
  std::vector<char*> pointers(n, nullptr);
  if (n > 0) check(H5Aread(attribute, type.id(), pointers.data()), "cannot read an attribute");
  std::vector<std::string> values;
  for (char* pointer : pointers) {
    values.emplace_back(pointer == nullptr ? "" : pointer);
    H5free_memory(pointer);
  }
  if (scalar) return values[0];
  return values;
}

/// Nothing where the attribute is of a kind that no Value holds.
std::optional<Value> read_value(hid_t attribute) {
  const Handle space(check(H5Aget_space(attribute), "cannot read an attribute"), H5Sclose);
  const Handle type(check(H5Aget_type(attribute), "cannot read an attribute"), H5Tclose);
  const hssize_t n = check(H5Sget_simple_extent_npoints(space.id()), "cannot read an attribute");
  const int rank = check(H5Sget_simple_extent_ndims(space.id()), "cannot read an attribute");
  if (n > most_elements || rank > 1 || (rank == 0 && n != 1)) return std::nullopt;
  const auto size = static_cast<std::size_t>(n);
  switch (H5Tget_class(type.id())) {
  case H5T_INTEGER:
    return H5Tget_sign(type.id()) == H5T_SGN_NONE ? read_numbers<std::uint64_t>(attribute, size, rank == 0)
                                                  : read_numbers<std::int64_t>(attribute, size, rank == 0);
  case H5T_FLOAT: return read_numbers<double>(attribute, size, rank == 0);
  case H5T_STRING:
    if (H5Tis_variable_str(type.id()) > 0) return read_text(attribute, size, rank == 0);
    return std::nullopt;
  default: return std::nullopt;
  }
}

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
    std::visit([&](const auto& held) { write_value(target.id(), name, held); }, value);
  });
}

Value read_attribute(const File& file, const std::string& object, const std::string& name) {
  const Handle source = open_object(file, object);
  const Handle attribute(check(H5Aopen(source.id(), name.c_str(), H5P_DEFAULT),
                               "cannot open the attribute " + name + " of " + object, file.path()),
                         H5Aclose);
  std::optional<Value> value = read_value(attribute.id());
  if (!value)
    throw Error(ErrorKind::archive, "the attribute " + name + " of " + object + " is of an unknown kind",
                file.path());
  return *value;
}

bool has_attribute(const File& file, const std::string& object, const std::string& name) {
  const Handle source = open_object(file, object);
  return check(H5Aexists(source.id(), name.c_str()), "cannot look for the attribute " + name, file.path()) >
         0;
}

std::map<std::string, Value> read_attributes(const File& file, const std::string& object) {
  const Handle source = open_object(file, object);
  std::map<std::string, Value> values;
  for (hsize_t i = 0;; ++i) {
    const Handle attribute(
        H5Aopen_by_idx(source.id(), ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    if (attribute.id() < 0) {
      H5Eclear2(H5E_DEFAULT);
      return values;
    }
    const auto name_of = [&](char* text, std::size_t size) {
      return check(H5Aget_name(attribute.id(), size, text), "cannot read the attributes of " + object,
                   file.path());
    };
    std::string name(static_cast<std::size_t>(name_of(nullptr, 0)), '\0');
    name_of(name.data(), name.size() + 1);
    if (std::optional<Value> value = read_value(attribute.id())) values.emplace(name, std::move(*value));
  }
}

} // namespace blockspin::h5
