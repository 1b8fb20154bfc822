#include "blockspin/archive/summary.hpp"

#include <algorithm>
#include <filesystem>

#include "blockspin/base/text.hpp"
#include "blockspin/mpi/agree.hpp"
#include "overwrite.hpp"

namespace blockspin::archive {

namespace {

std::string name_of(ElementType type) {
  switch (type) {
  case ElementType::u8: return "u8";
  case ElementType::i32: return "i32";
  case ElementType::u32: return "u32";
  case ElementType::i64: return "i64";
  case ElementType::u64: return "u64";
  case ElementType::f32: return "f32";
  case ElementType::f64: return "f64";
  }
  return {};
}

std::string text_or_empty(const h5::File& file, const std::string& path, const std::string& name) {
  return h5::has_attribute(file, path, name) ? h5::to_text(h5::read_attribute(file, path, name)) : "";
}

DatasetSummary summarize_dataset(const h5::File& file, const std::string& path) {
  const h5::DatasetInfo info = h5::dataset_info(file, path);
  return {path, name_of(info.type), info.extent, text_or_empty(file, path, "unit"),
          text_or_empty(file, path, "description")};
}

/// Whether a parent is gone, has other content now, or is itself made from such a one.
bool is_stale(const Archive& archive, const Group& group) {
  for (const Parent& parent : group.parents) {
    const std::optional<Group> now = archive.group(parent.path);
    if (!now || now->content_hash != parent.content_hash || is_stale(archive, *now)) return true;
  }
  return false;
}

std::string shape_text(const std::vector<std::uint64_t>& extent) {
  std::vector<std::string> pieces;
  for (const std::uint64_t n : extent) pieces.push_back(std::to_string(n));
  return extent.empty() ? "scalar" : joined(pieces, " x ");
}

/// The run that wrote a group last, or empty. Of two names run_<k> the longer,
/// then the greater, is the later.
std::string run_of(const Summary& summary, const std::string& path) {
  std::string last;
  for (const auto& [run, values] : summary.runs) {
    const auto stages = values.find("stages");
    if (stages == values.end()) continue;
    const auto* paths = std::get_if<std::vector<std::string>>(&stages->second);
    if (paths == nullptr || std::find(paths->begin(), paths->end(), path) == paths->end()) continue;
    if (last.empty() || run.size() > last.size() || (run.size() == last.size() && run > last)) last = run;
  }
  return last;
}

/// The line of a group and, indented, those of its parents; says where a parent is not what it was.
void add_lineage(const Summary& summary, const std::string& path, const std::string& hash, std::size_t depth,
                 std::string& text) {
  text += std::string(2 * depth, ' ') + path + "  " + hash;
  const auto entry = std::find_if(summary.groups.begin(), summary.groups.end(),
                                  [&path](const GroupSummary& group) { return group.group.path == path; });
  if (entry == summary.groups.end()) {
    text += "  is gone\n";
    return;
  }
  if (entry->group.content_hash != hash) text += "  has changed since: " + entry->group.content_hash;
  const std::string run = run_of(summary, path);
  text += (run.empty() ? std::string() : "  written by " + run) + "\n";
  for (const Parent& parent : entry->group.parents)
    add_lineage(summary, parent.path, parent.content_hash, depth + 1, text);
}

} // namespace

Summary summarize(const Archive& archive) {
  Summary summary;
  summary.path = archive.path();
  summary.identity = archive.identity();
  mpi::agreed(archive.comm(), [&] {
    const h5::File& file = archive.file();
    summary.format_version = std::get<std::uint64_t>(h5::read_attribute(file, "/", "format_version"));
    summary.n_bytes = std::filesystem::file_size(archive.path());
    summary.overwritten = overwrite_is_under_way(archive.path());
    for (const std::string& path : archive.groups()) {
      GroupSummary group{archive.group(path).value(), false, {}};
      group.stale = is_stale(archive, group.group);
      for (const std::string& name : file.datasets_below(path))
        if (!name.starts_with("index/")) group.datasets.push_back(summarize_dataset(file, path + "/" + name));
      summary.groups.push_back(std::move(group));
    }
    if (!file.exists("/provenance")) return;
    for (const std::string& run : file.children("/provenance"))
      summary.runs.emplace(run, h5::read_attributes(file, "/provenance/" + run));
  });
  return summary;
}

std::string to_text(const Summary& summary) {
  std::string text = summary.path + ": \"" + summary.identity.title + "\", seed " +
                     std::to_string(summary.identity.seed) + ", " +
                     format_bytes(static_cast<double>(summary.n_bytes)) + ", format " +
                     std::to_string(summary.format_version) + "\n";
  if (summary.overwritten) text += "an overwrite is under way: this is the archive before it\n";
  for (const GroupSummary& entry : summary.groups) {
    text += "\n" + entry.group.path + "  " + entry.group.status +
            (entry.stale ? ", STALE: its input has changed" : "") + "  " + entry.group.content_hash + "\n";
    for (const Parent& parent : entry.group.parents)
      text += "  made from " + parent.path + "  " + parent.content_hash + "\n";
    for (const auto& [name, value] : entry.group.values)
      text += "  " + name + " = " + h5::to_text(value) + "\n";
    for (const DatasetSummary& dataset : entry.datasets)
      text += "  " + dataset.path + "  [" + shape_text(dataset.extent) + "] " + dataset.type + ", " +
              dataset.unit + ": " + dataset.description + "\n";
  }
  for (const auto& [run, values] : summary.runs) {
    text += "\n/provenance/" + run + "\n";
    for (const auto& [name, value] : values)
      if (name != "deck") text += "  " + name + " = " + h5::to_text(value) + "\n";
  }
  return text;
}

std::string lineage(const Summary& summary, const std::string& path) {
  for (const GroupSummary& entry : summary.groups) {
    if (path != entry.group.path && !path.starts_with(entry.group.path + "/")) continue;
    std::string text;
    add_lineage(summary, entry.group.path, entry.group.content_hash, 0, text);
    return text;
  }
  std::vector<std::string> known;
  for (const GroupSummary& entry : summary.groups) known.push_back(entry.group.path);
  const std::string near = nearest(path, known);
  Error error(ErrorKind::usage,
              path + " is in no group of the archive" + (near.empty() ? "" : "; nearest: " + near),
              summary.path);
  error.set_agreed(); // a function of what every rank knows
  throw error;
}

} // namespace blockspin::archive
