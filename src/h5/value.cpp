#include "value.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "blockspin/base/text.hpp"

namespace blockspin::h5 {

namespace {

/// More elements than this in one attribute, or longer texts of a fixed length, are damage, not content.
constexpr hssize_t most_elements = 1 << 20;
constexpr std::size_t most_characters = 1 << 16;

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

void write_held(hid_t object, const std::string& name, const std::string& value) {
  const char* data = value.c_str();
  create_and_write(object, name, text_type().id(), true, 1, &data);
}

void write_held(hid_t object, const std::string& name, const std::vector<std::string>& values) {
  std::vector<const char*> data;
  for (const std::string& value : values) data.push_back(value.c_str());
  create_and_write(object, name, text_type().id(), false, values.size(), data.data());
}

template <class T>
void write_held(hid_t object, const std::string& name, T value) {
  create_and_write(object, name, number_type<T>(), true, 1, &value);
}

template <class T>
void write_held(hid_t object, const std::string& name, const std::vector<T>& values) {
  create_and_write(object, name, number_type<T>(), false, values.size(), values.data());
}

/// An open attribute with its type and size.
struct Reading {
  hid_t attribute;
  hid_t type;
  hid_t space;
  std::size_t n;
  bool scalar;

  void into(hid_t memory_type, void* data) const {
    if (n > 0) check(H5Aread(attribute, memory_type, data), "cannot read an attribute");
  }
  template <class T>
  Value value(std::vector<T> values) const {
    if (scalar) return std::move(values[0]);
    return values;
  }
};

template <class T>
Value read_numbers(const Reading& reading) {
  std::vector<T> values(reading.n);
  reading.into(number_type<T>(), values.data());
  return reading.value(std::move(values));
}

Value read_text(const Reading& reading) {
  std::vector<char*> pointers(reading.n, nullptr);
  reading.into(text_type().id(), pointers.data());
  std::vector<std::string> values;
  for (char* pointer : pointers) {
    values.emplace_back(pointer == nullptr ? "" : pointer);
    H5free_memory(pointer);
  }
  return reading.value(std::move(values));
}

std::optional<Value> read_fixed_text(const Reading& reading) {
  const std::size_t size = H5Tget_size(reading.type);
  if (size == 0 || size > most_characters || size * reading.n > std::size_t{most_elements})
    return std::nullopt;
  std::vector<char> letters(size * reading.n);
  reading.into(reading.type, letters.data());
  std::vector<std::string> values;
  for (std::size_t i = 0; i < reading.n; ++i) {
    const char* const first = letters.data() + i * size;
    values.emplace_back(first, std::find(first, first + size, '\0'));
  }
  return reading.value(std::move(values));
}

std::string path_at(hobj_ref_t place, const PathsByAddress& paths) {
  const auto found = paths.find(place);
  return found == paths.end() ? "?" : found->second;
}

/// DIMENSION_LIST: for each axis the scales attached to it.
std::optional<Value> read_lists(const Reading& reading, const PathsByAddress& paths) {
  const Handle element(check(H5Tget_super(reading.type), "cannot read an attribute"), H5Tclose);
  if (H5Tequal(element.id(), H5T_STD_REF_OBJ) <= 0) return std::nullopt;
  const Handle memory(check(H5Tvlen_create(H5T_STD_REF_OBJ), "cannot create a type"), H5Tclose);
  std::vector<hvl_t> lists(reading.n);
  reading.into(memory.id(), lists.data());
  std::vector<std::string> values;
  for (const hvl_t& list : lists) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < list.len; ++i)
      names.push_back(path_at(static_cast<const hobj_ref_t*>(list.p)[i], paths));
    values.push_back(joined(names, " "));
  }
  H5Dvlen_reclaim(memory.id(), reading.space, H5P_DEFAULT, lists.data());
  return reading.value(std::move(values));
}

/// REFERENCE_LIST: the datasets that a scale is attached to, and their axes.
std::optional<Value> read_uses(const Reading& reading, const PathsByAddress& paths) {
  struct Use {
    hobj_ref_t dataset;
    int axis;
  };
  if (H5Tget_nmembers(reading.type) != 2 || H5Tget_member_index(reading.type, "dataset") < 0 ||
      H5Tget_member_index(reading.type, "dimension") < 0)
    return std::nullopt;
  const Handle memory(check(H5Tcreate(H5T_COMPOUND, sizeof(Use)), "cannot create a type"), H5Tclose);
  check(H5Tinsert(memory.id(), "dataset", HOFFSET(Use, dataset), H5T_STD_REF_OBJ), "cannot create a type");
  check(H5Tinsert(memory.id(), "dimension", HOFFSET(Use, axis), H5T_NATIVE_INT), "cannot create a type");
  std::vector<Use> uses(reading.n);
  reading.into(memory.id(), uses.data());
  std::vector<std::string> values;
  for (const Use& use : uses) values.push_back(path_at(use.dataset, paths) + " " + std::to_string(use.axis));
  return reading.value(std::move(values));
}

} // namespace

void write_value(hid_t object, const std::string& name, const Value& value) {
  std::visit([&](const auto& held) { write_held(object, name, held); }, value);
}

std::optional<Value> read_value(hid_t attribute, const PathsByAddress& paths) {
  const Handle space(check(H5Aget_space(attribute), "cannot read an attribute"), H5Sclose);
  const Handle type(check(H5Aget_type(attribute), "cannot read an attribute"), H5Tclose);
  const hssize_t n = check(H5Sget_simple_extent_npoints(space.id()), "cannot read an attribute");
  const int rank = check(H5Sget_simple_extent_ndims(space.id()), "cannot read an attribute");
  if (n > most_elements || rank > 1 || (rank == 0 && n != 1)) return std::nullopt;
  const Reading reading{attribute, type.id(), space.id(), static_cast<std::size_t>(n), rank == 0};
  switch (H5Tget_class(type.id())) {
  case H5T_INTEGER:
    return H5Tget_sign(type.id()) == H5T_SGN_NONE ? read_numbers<std::uint64_t>(reading)
                                                  : read_numbers<std::int64_t>(reading);
  case H5T_FLOAT: return read_numbers<double>(reading);
  case H5T_STRING: return H5Tis_variable_str(type.id()) > 0 ? read_text(reading) : read_fixed_text(reading);
  case H5T_VLEN: return read_lists(reading, paths);
  case H5T_COMPOUND: return read_uses(reading, paths);
  default: return std::nullopt;
  }
}

std::vector<std::string> attribute_names(hid_t object) {
  std::vector<std::string> names;
  const auto take = [](hid_t, const char* name, const H5A_info_t*, void* list) -> herr_t {
    static_cast<std::vector<std::string>*>(list)->emplace_back(name);
    return 0;
  };
  hsize_t first = 0;
  check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, &first, take, &names),
        "cannot read the attributes");
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace blockspin::h5
