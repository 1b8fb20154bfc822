#include "blockspin/archive/summary.hpp"

#include <algorithm>
#include <set>

#include "blockspin/archive/ancestry.hpp"
#include "blockspin/base/printable.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/mpi/agree.hpp"
#include "durable.hpp"
#include "index_axis.hpp"
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

std::string text_or_empty(const h5::Node& node, const std::string& name) {
  const auto found = node.attributes.find(name);
  return found == node.attributes.end() ? "" : h5::to_text(found->second);
}

/// The datasets of a group but for the plain indices of axes.
std::vector<DatasetSummary> summarize_datasets(const Archive& archive, const std::string& group) {
  std::vector<DatasetSummary> datasets;
  for (const h5::Node& node : archive.tree(group))
    if (node.dataset && !text_or_empty(node, "description").starts_with(index_description))
      datasets.push_back({group + "/" + node.path, name_of(node.dataset->type), node.dataset->extent,
                          text_or_empty(node, "unit"), text_or_empty(node, "description")});
  return datasets;
}

std::string shape_text(const std::vector<std::uint64_t>& extent) {
  std::vector<std::string> pieces;
  for (const std::uint64_t n : extent) pieces.push_back(std::to_string(n));
  return extent.empty() ? "scalar" : joined(pieces, " x ");
}

bool wrote(const std::map<std::string, h5::Value>& run, const std::string& path) {
  std::string dotted = path;
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  if (run.contains("written" + dotted)) return true;
  const auto stages = run.find("stages"); // a list, in archives of format 1
  if (stages == run.end()) return false;
  const auto* paths = std::get_if<std::vector<std::string>>(&stages->second);
  return paths != nullptr && std::find(paths->begin(), paths->end(), path) != paths->end();
}

/// The run that wrote a group last, or empty. Of two names run_<k> the longer, then the greater, is the later.
std::string run_of(const Summary& summary, const std::string& path) {
  std::string last;
  for (const auto& [run, values] : summary.runs)
    if (wrote(values, path) && (run.size() > last.size() || (run.size() == last.size() && run > last)))
      last = run;
  return last;
}

/// The lines of groups and their ancestors, each ancestor's own ancestors once.
class Lineage {
public:
  explicit Lineage(const Summary& summary) : summary_(summary) {
    for (const GroupSummary& entry : summary.groups) groups_.emplace(entry.group.path, &entry.group);
  }

  /// The line of a group and, indented, those of its parents; says where a parent is not what it was.
  void add(const std::string& path, const std::string& hash, std::size_t depth) {
    text_ += std::string(2 * depth, ' ') + path + "  " + hash;
    const auto found = groups_.find(path);
    if (found == groups_.end()) {
      text_ += "  is gone\n";
      return;
    }
    const Group& group = *found->second;
    if (group.content_hash != hash) text_ += "  has changed since: " + group.content_hash;
    const std::string run = run_of(summary_, path);
    text_ += (run.empty() ? std::string() : "  written by " + run) + "\n";
    if (!told_.insert(path).second) return;
    for (const Parent& parent : group.parents) add(parent.path, parent.content_hash, depth + 1);
  }
  const std::string& text() const { return text_; }

private:
  const Summary& summary_;
  std::map<std::string, const Group*> groups_;
  std::set<std::string> told_;
  std::string text_;
};

} // namespace

Summary summarize_file(const Archive& archive) {
  Summary summary;
  summary.path = archive.path();
  summary.identity = archive.identity();
  summary.format_version = archive.version();
  mpi::agreed(archive.comm(), [&] {
    summary.n_bytes = size_of(archive.path());
    summary.overwritten = overwrite_is_under_way(archive.path());
  });
  return summary;
}

Summary summarize(const Archive& archive) {
  Summary summary = summarize_file(archive);
  for (const std::string& path : archive.groups()) {
    Group group = archive.group(path).value();
    const bool stale = !stale_ancestor(archive, group).empty();
    summary.groups.push_back({std::move(group), stale, summarize_datasets(archive, path)});
  }
  summary.runs = archive.runs();
  return summary;
}

std::string title_text(const Summary& summary) {
  std::string text = printable(summary.path) + ": \"" + printable(summary.identity.title) + "\", seed " +
                     std::to_string(summary.identity.seed) + ", " +
                     format_bytes(static_cast<double>(summary.n_bytes)) + ", format " +
                     std::to_string(summary.format_version) + "\n";
  if (summary.overwritten) text += "an overwrite is under way: this is the archive before it\n";
  return text;
}

std::string to_text(const Summary& summary) {
  std::string text = title_text(summary);
  for (const GroupSummary& entry : summary.groups) {
    text += "\n" + printable(entry.group.path) + "  " + printable(entry.group.status) +
            (entry.stale ? ", STALE: its input has changed" : "") + "  " + entry.group.content_hash + "\n";
    for (const Parent& parent : entry.group.parents)
      text += "  made from " + printable(parent.path) + "  " + printable(parent.content_hash) + "\n";
    for (const auto& [name, value] : entry.group.values)
      text += "  " + printable(name) + " = " + printable(h5::to_text(value)) + "\n";
    for (const DatasetSummary& dataset : entry.datasets)
      text += "  " + printable(dataset.path) + "  [" + shape_text(dataset.extent) + "] " + dataset.type +
              ", " + printable(dataset.unit) + ": " + printable(dataset.description) + "\n";
  }
  for (const auto& [run, values] : summary.runs) {
    text += "\n/provenance/" + printable(run) + "\n";
    for (const auto& [name, value] : values)
      if (name != "deck") text += "  " + printable(name) + " = " + printable(h5::to_text(value)) + "\n";
  }
  return text;
}

std::string lineage(const Summary& summary, const std::string& path) {
  for (const GroupSummary& entry : summary.groups) {
    if (path != entry.group.path && !path.starts_with(entry.group.path + "/")) continue;
    Lineage lines(summary);
    lines.add(entry.group.path, entry.group.content_hash, 0);
    return lines.text();
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
