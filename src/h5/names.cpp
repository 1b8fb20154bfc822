#include "names.hpp"

#include <algorithm>

namespace blockspin::h5 {

namespace {

bool can_be_printed(const std::string& name) {
  return std::none_of(name.begin(), name.end(), [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
  });
}

LinkKind kind_of(H5L_type_t type, const std::string& path, const std::string& where) {
  switch (type) {
  case H5L_TYPE_HARD: return LinkKind::hard;
  case H5L_TYPE_SOFT: return LinkKind::soft;
  case H5L_TYPE_EXTERNAL: return LinkKind::external;
  default: throw Error(ErrorKind::archive, path + " is a link of an unknown kind", where);
  }
}

struct Listed {
  std::string name;
  H5L_type_t type;
};

std::vector<Listed> listed(hid_t group, const std::string& path, const std::string& where) {
  std::vector<Listed> names;
  const auto take = [](hid_t, const char* name, const H5L_info_t* info, void* list) -> herr_t {
    static_cast<std::vector<Listed>*>(list)->push_back({name, info->type});
    return 0;
  };
  hsize_t first = 0;
  check(H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &first, take, &names),
        "cannot look into the group " + path, where);
  std::sort(names.begin(), names.end(), [](const Listed& a, const Listed& b) { return a.name < b.name; });
  return names;
}

void follow(hid_t group, Link& link, const std::string& path, const std::string& where) {
  const std::string action = "cannot read where " + path + " leads";
  H5L_info_t info{};
  check(H5Lget_info(group, link.name.c_str(), &info, H5P_DEFAULT), action, where);
  std::vector<char> text(info.u.val_size);
  check(H5Lget_val(group, link.name.c_str(), text.data(), text.size(), H5P_DEFAULT), action, where);
  unsigned flags = 0;
  const char *file = nullptr, *object = nullptr;
  check(H5Lunpack_elink_val(text.data(), text.size(), &flags, &file, &object), action, where);
  link.file = file;
  link.object = object;
}

} // namespace

std::vector<Link> links_of(hid_t group, const std::string& path, const std::string& where) {
  std::vector<Link> links;
  for (const Listed& entry : listed(group, path, where)) {
    if (!can_be_printed(entry.name))
      throw Error(ErrorKind::archive, path + " holds a name that cannot be printed", where);
    const std::string full = (path == "/" ? "" : path) + "/" + entry.name;
    Link link{entry.name, kind_of(entry.type, full, where), {}, {}};
    if (link.kind == LinkKind::external) follow(group, link, full, where);
    links.push_back(std::move(link));
  }
  return links;
}

std::map<std::string, Value> read_all_attributes(hid_t object, const std::string& path,
                                                 const PathsByAddress& paths, const std::string& where) {
  std::map<std::string, Value> values;
  for (const std::string& name : attribute_names(object)) {
    const std::string what = "the attribute " + name + " of " + path;
    const Handle attribute(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), "cannot open " + what, where),
                           H5Aclose);
    std::optional<Value> value = read_value(attribute.id(), paths);
    if (!value) throw Error(ErrorKind::archive, what + " is of a kind that no archive holds", where);
    values.emplace(name, std::move(*value));
  }
  return values;
}

} // namespace blockspin::h5
