#include "blockspin/archive/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <vector>

#include "blockspin/archive/state_file.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/h5/serial_file.hpp"
#include "blockspin/mpi/agree.hpp"
#include "content_hash.hpp"
#include "durable.hpp"
#include "group_attributes.hpp"

namespace blockspin::archive {

namespace {

namespace fs = std::filesystem;

constexpr const char* state_group = "/state";
constexpr std::size_t n_kept = 2;

struct Numbered {
  std::uint64_t number;
  std::string path;
};

/// "run.h5.checkpoint-rbm.main": what the checkpoints of a group "/rbm/main" begin with.
std::string group_prefix(const std::string& archive_path, const std::string& group) {
  std::string dotted = group.substr(1);
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  return archive_path + ".checkpoint-" + dotted;
}

/// Of a part's name in that of a file; a longer one ends in digits made from all of it.
constexpr std::size_t most_of_part = 40, kept_of_part = 23;

/// "+layer_2", as it stands in a file's name.
std::string part_in_name(const std::string& name) {
  std::string part = name;
  for (char& letter : part)
    if (letter == ' ' || letter == '/') letter = '_';
  if (part.size() > most_of_part) part = part.substr(0, kept_of_part) + "~" + digits_of(part);
  return part.empty() ? part : "+" + part;
}

/// "run.h5.checkpoint-rbm.main+layer_2-": the same of one part, up to the number.
std::string prefix_of(const std::string& archive_path, const std::string& group, const std::string& name) {
  return group_prefix(archive_path, group) + part_in_name(name) + "-";
}

/// Files whose path begins with `prefix`, by the rest of their names. Local: for the root.
std::map<std::string, std::string> files_by_ending(const std::string& prefix) {
  std::map<std::string, std::string> found;
  const std::string start = fs::path(prefix).filename().string();
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_of(prefix), ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(start)) found.emplace(name.substr(start.size()), entry.path().string());
  }
  return found;
}

/// The files named prefix<number>, newest first. Local: for the root.
std::vector<Numbered> checkpoints(const std::string& prefix) {
  std::vector<Numbered> found;
  for (const auto& [ending, path] : files_by_ending(prefix)) {
    std::uint64_t number = 0;
    const char* const last = ending.data() + ending.size();
    const auto [end, error] = std::from_chars(ending.data(), last, number);
    if (error == std::errc() && end == last) found.push_back({number, path});
  }
  std::sort(found.begin(), found.end(),
            [](const Numbered& a, const Numbered& b) { return a.number > b.number; });
  return found;
}

/// "-12", the end of a checkpoint's name; another group's name can go on with "-2-12".
bool is_number(const std::string& ending) {
  return ending.size() > 1 && ending[0] == '-' &&
         ending.find_first_not_of("0123456789", 1) == std::string::npos;
}

/// The checkpoints of all parts of a group, by what follows group_prefix() in their
/// names. Local: for the root.
std::map<std::string, std::string> checkpoints_of_group(const std::string& archive_path,
                                                        const std::string& group) {
  auto found = files_by_ending(group_prefix(archive_path, group));
  std::erase_if(found, [](const auto& file) {
    const std::string& ending = file.first;
    const std::size_t dash = ending.rfind('-');
    return dash == std::string::npos || !is_number(ending.substr(dash)) || (dash > 0 && ending[0] != '+');
  });
  return found;
}

/// "name=value\n...".
std::string as_lines(const std::map<std::string, h5::Value>& values) {
  std::string text;
  for (const auto& [name, value] : values) text += name + "=" + h5::to_text(value) + "\n";
  return text;
}

/// "seed=7\nname=value\n...": what only the user changes.
std::string chosen_text(const CheckpointKey& key) {
  return "seed=" + std::to_string(key.seed) + "\n" + as_lines(key.values);
}

/// A checkpoint's owner as one text, compared on loading.
std::string owner_text(const CheckpointKey& key) {
  std::map<std::string, h5::Value> all = key.values;
  all.insert(key.origins.begin(), key.origins.end());
  return key.group + "\n" + key.part + "\nseed=" + std::to_string(key.seed) + "\n" + as_lines(all);
}

std::map<std::string, std::string> by_name(const std::string& lines) {
  std::map<std::string, std::string> values;
  for (const std::string& line : split(lines, '\n'))
    if (const auto at = line.find('='); at != std::string::npos)
      values[line.substr(0, at)] = line.substr(at + 1);
  return values;
}

/// "rbm.main.hidden: '32' in the deck, '64' in the checkpoint", for each value in
/// which two chosen_texts differ.
std::vector<std::string> differing_values(const std::string& group, const std::string& wanted,
                                          const std::string& stored) {
  std::string label = group.substr(1);
  std::replace(label.begin(), label.end(), '/', '.');
  auto in_deck = by_name(wanted), in_checkpoint = by_name(stored);
  for (const auto& [name, value] : in_deck) in_checkpoint.try_emplace(name, "nothing");
  std::vector<std::string> lines;
  for (const auto& [name, value] : in_checkpoint) {
    const std::string mine = in_deck.try_emplace(name, "nothing").first->second;
    if (mine != value)
      lines.push_back((name == "seed" ? "campaign" : label) + "." + name + ": '" + mine + "' in the deck, '" +
                      value + "' in the checkpoint");
  }
  return lines;
}

/// Deletes a file of the root's at the end of its life, unless it has been renamed by then.
class TemporaryFile {
public:
  TemporaryFile(const mpi::Communicator& comm, std::string path)
      : is_root_(comm.is_root()), path_(std::move(path)) {}
  ~TemporaryFile() {
    if (is_root_) remove_file(path_);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

private:
  bool is_root_;
  std::string path_;
};

/// What the file of a checkpoint says of itself.
struct Head {
  std::uint64_t version = 0; ///< of its format; 0 of one that this program does not know
  std::string content_hash, owner, chosen;
};

constexpr const char* checkpoint_format = "blockspin checkpoint";

Head read_head(const h5::SerialFile& file) {
  const auto text = [&](const Attributes& attributes, const char* name) {
    return attribute<std::string>(attributes, "a checkpoint", name, file.path());
  };
  const Attributes own = file.attributes("/"), state = file.attributes(state_group);
  if (!own.contains("format_version")) { // it did not say so in format 1, but had an owner there
    const std::string owner = text(own, "owner");
    if (!own.contains("chosen")) return {};
    return {1, text(own, "content_hash"), owner, text(own, "chosen")};
  }
  if (text(own, "format") != checkpoint_format)
    throw Error(ErrorKind::archive, "is no checkpoint of blockspin", file.path());
  if (attribute<std::uint64_t>(own, "a checkpoint", "format_version", file.path()) != format_version)
    return {};
  return {format_version, text(own, "content_hash"), text(state, "owner"), text(state, "chosen")};
}

/// Collective.
Head look_at_head(const mpi::Communicator& comm, const std::string& path) {
  Head head;
  h5::look(comm, path, [&] {
    const h5::SerialFile file(path);
    head = read_head(file);
    if (comm.is_root()) file.describe(state_group);
  });
  return head;
}

/// The root's paths on every rank. Collective.
std::vector<std::string> of_root(const mpi::Communicator& comm, const std::vector<std::string>& paths) {
  const std::string list = comm.broadcast(joined(paths, "\n"));
  return list.empty() ? std::vector<std::string>() : split(list, '\n');
}

/// A checkpoint whose content matches its checksum.
struct Whole {
  Head head;
  h5::File file;
};

/// Nothing where the file is damaged, which `report` is told. Throws where another version wrote it. Collective.
std::optional<Whole> open_whole(const mpi::Communicator& comm, const std::string& path,
                                const std::function<void(const Error&)>& report) {
  Head head;
  try {
    head = look_at_head(comm, path);
    if (head.version != 0) {
      h5::File file = h5::File::open(comm, path, h5::Access::read);
      if (content_hash(file, state_group, head.version) == head.content_hash)
        return Whole{std::move(head), std::move(file)};
      file.close();
      throw_agreed(ErrorKind::archive, "the checksum does not match the content", path);
    }
  } catch (const Error& error) {
    if (!error.agreed() || error.kind() != ErrorKind::archive) throw;
    report(error);
    return std::nullopt;
  }
  throw_agreed(ErrorKind::archive,
               path + ": a checkpoint of another version of this program, which can finish it; "
                      "delete it to begin this stage anew");
}

} // namespace

CheckpointStore::CheckpointStore(const mpi::Communicator& comm, const std::string& archive_path)
    : comm_(comm), archive_path_(archive_path) {}

void CheckpointStore::save(const CheckpointKey& key, const std::function<void(StateSink&)>& save_state) {
  const std::string prefix = prefix_of(archive_path_, key.group, key.part);
  std::string path;
  mpi::agreed(
      comm_,
      [&] {
        const std::vector<Numbered> before = checkpoints(prefix);
        path = prefix + std::to_string(before.empty() ? 1 : before.front().number + 1);
      },
      true);
  const TemporaryFile temporary(comm_, comm_.broadcast(temporary_name(path)));
  mpi::agreed(
      comm_, [&] { create_temporary(temporary.path(), archive_path_); }, true);
  h5::File file = h5::File::create(comm_, temporary.path());
  h5::write_attribute(file, "/", "format", std::string(checkpoint_format));
  h5::write_attribute(file, "/", "format_version", format_version);
  file.create_group(state_group);
  h5::write_attribute(file, state_group, "owner", owner_text(key));
  h5::write_attribute(file, state_group, "chosen", chosen_text(key));
  FileStateSink sink(file, state_group);
  save_state(sink);
  file.flush();
  h5::write_attribute(file, "/", "content_hash", content_hash(file, state_group));
  file.close();
  mpi::agreed(
      comm_,
      [&] {
        put_in_place(temporary.path(), path);
        unusable_.erase(path);
        std::size_t n_good = 0;
        for (const Numbered& checkpoint : checkpoints(prefix))
          if (unusable_.contains(checkpoint.path) || ++n_good > n_kept) remove_checkpoint(checkpoint.path);
      },
      true);
}

std::optional<h5::File> CheckpointStore::newest_whole(const CheckpointKey& key) {
  std::vector<std::string> paths;
  if (comm_.is_root())
    for (const Numbered& checkpoint : checkpoints(prefix_of(archive_path_, key.group, key.part)))
      paths.push_back(checkpoint.path);
  std::vector<std::string> of_others;
  for (const std::string& path : of_root(comm_, paths)) {
    auto whole = open_whole(comm_, path, [&](const Error& error) {
      log::warning(std::string("damaged checkpoint, trying the one before: ") + error.what());
      unusable_.insert(path);
    });
    if (!whole) continue;
    if (whole->head.owner == owner_text(key)) return std::move(whole->file);
    whole->file.close();
    of_others.push_back(path);
  }
  refuse_other_values(key);
  for (const std::string& path : of_others) {
    log::info("checkpoint passed over, made from what has changed since: " + path);
    unusable_.insert(path);
  }
  return std::nullopt;
}

/// Every part of the group tells what the stage was.
void CheckpointStore::refuse_other_values(const CheckpointKey& key) {
  std::vector<std::string> paths;
  if (comm_.is_root())
    for (const auto& [ending, path] : checkpoints_of_group(archive_path_, key.group)) paths.push_back(path);
  paths = of_root(comm_, paths);
  for (const std::string& path : paths) {
    auto whole = open_whole(comm_, path, [](const Error&) {}); // whoever loads it says so
    if (!whole) continue;
    whole->file.close();
    const auto differing = differing_values(key.group, chosen_text(key), whole->head.chosen);
    if (differing.empty()) continue;
    std::string lines;
    for (const std::string& line : differing) lines += path + ": " + line + "\n";
    Error error(ErrorKind::archive,
                lines + path +
                    ": unfinished work with other values is kept; undo the change, give the stage "
                    "another name, or delete " +
                    joined(paths, " ") + " to begin this stage anew");
    error.set_agreed();
    throw error;
  }
}

bool CheckpointStore::load(const CheckpointKey& key, const std::function<void(StateSource&)>& load_state) {
  std::optional<h5::File> file = newest_whole(key);
  if (!file) return false;
  FileStateSource source(*file, state_group);
  load_state(source);
  file->close();
  return true;
}

void CheckpointStore::remove(const std::string& group) {
  mpi::agreed(
      comm_,
      [&] {
        for (const auto& [ending, path] : checkpoints_of_group(archive_path_, group)) remove_checkpoint(path);
      },
      true);
}

void CheckpointStore::remove_part(const CheckpointKey& key) {
  mpi::agreed(
      comm_,
      [&] {
        for (const Numbered& checkpoint : checkpoints(prefix_of(archive_path_, key.group, key.part)))
          remove_checkpoint(checkpoint.path);
      },
      true);
}

void CheckpointStore::settle(const std::string& group, const std::set<std::string>& parts) {
  mpi::agreed(
      comm_,
      [&] {
        std::set<std::string> kept;
        for (const std::string& part : parts) {
          const auto found = checkpoints(prefix_of(archive_path_, group, part));
          if (!found.empty()) kept.insert(found.front().path);
        }
        for (const auto& [ending, path] : checkpoints_of_group(archive_path_, group))
          if (!kept.contains(path)) remove_checkpoint(path);
      },
      true);
}

bool is_checkpoint(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(fs::symlink_status(path, ignored))) return false;
  try {
    read_head(h5::SerialFile(path));
    return true;
  } catch (const Error&) {
    return false;
  }
}

void remove_checkpoint(const std::string& path) noexcept {
  if (is_checkpoint(path)) remove_file(path);
}

std::string longest_checkpoint(const std::string& archive_path, const std::string& group) {
  constexpr auto last = std::numeric_limits<std::uint64_t>::max();
  return prefix_of(archive_path, group, std::string(most_of_part, 'x')) + std::to_string(last);
}

std::vector<std::string> all_checkpoints(const std::string& archive_path) {
  std::vector<std::string> paths;
  for (const auto& [ending, path] : files_by_ending(archive_path + ".checkpoint-"))
    if (is_number(ending.substr(std::min(ending.rfind('-'), ending.size())))) paths.push_back(path);
  return paths;
}

} // namespace blockspin::archive
