#include "blockspin/archive/checkpoint.hpp"

#include <algorithm>
#include <vector>

#include "blockspin/archive/standing_checkpoints.hpp"
#include "blockspin/archive/state_file.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/h5/serial_file.hpp"
#include "blockspin/mpi/agree.hpp"
#include "checkpoint_files.hpp"
#include "content_hash.hpp"
#include "durable.hpp"
#include "group_attributes.hpp"
#include "seal.hpp"
#include "temporary_file.hpp"

namespace blockspin::archive {

namespace {

constexpr const char* state_group = "/state";
constexpr std::size_t n_kept = 2;

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

/// The lines without those of values that concern the future.
std::string without_the_future(const CheckpointKey& key, const std::string& lines) {
  std::vector<std::string> kept = split(lines, '\n');
  std::erase_if(
      kept, [&](const std::string& line) { return key.is_of_the_future(line.substr(0, line.find('='))); });
  return joined(kept, "\n");
}

std::map<std::string, std::string> by_name(const std::string& lines) {
  std::map<std::string, std::string> values;
  for (const std::string& line : split(lines, '\n'))
    if (const auto at = line.find('='); at != std::string::npos)
      values[line.substr(0, at)] = line.substr(at + 1);
  return values;
}

/// "rbm.main" of "/rbm/main".
std::string label_of(const std::string& group) {
  std::string label = group.substr(1);
  std::replace(label.begin(), label.end(), '/', '.');
  return label;
}

/// A value in which two chosen_texts differ.
struct Difference {
  std::string name, wanted, stored;
};

std::vector<Difference> differences(const std::string& wanted, const std::string& stored) {
  auto in_deck = by_name(wanted), in_checkpoint = by_name(stored);
  for (const auto& [name, value] : in_deck) in_checkpoint.try_emplace(name, "nothing");
  std::vector<Difference> all;
  for (const auto& [name, value] : in_checkpoint)
    if (const std::string mine = in_deck.try_emplace(name, "nothing").first->second; mine != value)
      all.push_back({name, mine, value});
  return all;
}

/// "rbm.main.hidden: '32' in the deck, '64' in the checkpoint", for each of them.
std::vector<std::string> differing_values(const std::string& group, const std::string& wanted,
                                          const std::string& stored) {
  std::vector<std::string> lines;
  for (const auto& [name, mine, value] : differences(wanted, stored))
    lines.push_back((name == "seed" ? "campaign" : label_of(group)) + "." + name + ": '" + mine +
                    "' in the deck, '" + value + "' in the checkpoint");
  return lines;
}

constexpr const char* checkpoint_format = "blockspin checkpoint";
/// Of what this program writes. Formats 1 and 2, which hold a content hash and have no seal, are read as well.
constexpr std::uint64_t checkpoint_version = 3, first_sealed_version = 3;

/// What the file of a checkpoint says of itself.
struct Head {
  std::uint64_t version = 0; ///< of its format; 0 of one that this program does not know
  std::string owner, chosen;
  std::string content_hash; ///< empty in what is sealed
};

Head read_head(const h5::SerialFile& file) {
  const auto text = [&](const Attributes& attributes, const char* name) {
    return attribute<std::string>(attributes, "a checkpoint", name, file.path());
  };
  const Attributes own = file.attributes("/"), state = file.attributes(state_group);
  if (!own.contains("format_version")) { // it did not say so in format 1, but had an owner there
    const std::string owner = text(own, "owner");
    if (!own.contains("chosen")) return {};
    return {1, owner, text(own, "chosen"), text(own, "content_hash")};
  }
  if (text(own, "format") != checkpoint_format)
    throw Error(ErrorKind::archive, "is no checkpoint of blockspin", file.path());
  const auto version = attribute<std::uint64_t>(own, "a checkpoint", "format_version", file.path());
  if (version < 2 || version > checkpoint_version) return {};
  return {version, text(state, "owner"), text(state, "chosen"),
          version < first_sealed_version ? text(own, "content_hash") : std::string()};
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

std::vector<std::string> paths_of(const std::vector<CheckpointFile>& files) {
  std::vector<std::string> paths;
  for (const CheckpointFile& file : files) paths.push_back(file.path);
  return paths;
}

/// A checkpoint whose content matches its checksum.
struct Whole {
  Head head;
  h5::File file;
};

/// Nothing where the format is of another version. Throws an agreed ErrorKind::archive where the file is damaged.
/// Collective.
std::optional<Whole> open_known(const mpi::Communicator& comm, const std::string& path) {
  const bool sealed = is_sealed(comm, path); // before HDF5 looks at it
  Head head = look_at_head(comm, path);
  if (head.version == 0) return std::nullopt;
  if (head.version >= first_sealed_version && !sealed)
    throw_agreed(ErrorKind::archive, "its bytes do not match its checksum", path);
  h5::File file = h5::File::open(comm, path, h5::Access::read);
  if (!sealed && content_hash(file, state_group, head.version) != head.content_hash) {
    file.close();
    throw_agreed(ErrorKind::archive, "the checksum does not match the content", path);
  }
  return Whole{std::move(head), std::move(file)};
}

/// Nothing where the file is damaged, which `report` is told. Throws where another version wrote it. Collective.
std::optional<Whole> open_whole(const mpi::Communicator& comm, const std::string& path,
                                const std::function<void(const Error&)>& report) {
  try {
    if (auto whole = open_known(comm, path)) return whole;
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
  std::string path;
  mpi::agreed(
      comm_, [&] { path = next_checkpoint(archive_path_, key.group, key.part); }, true);
  const TemporaryFile temporary(comm_, path, archive_path_);
  h5::File file = h5::File::create(comm_, temporary.path());
  h5::write_attribute(file, "/", "format", std::string(checkpoint_format));
  h5::write_attribute(file, "/", "format_version", checkpoint_version);
  file.create_group(state_group);
  h5::write_attribute(file, state_group, "owner", owner_text(key));
  h5::write_attribute(file, state_group, "chosen", chosen_text(key));
  FileStateSink sink(file, state_group);
  save_state(sink);
  file.close();
  seal(comm_, temporary.path());
  mpi::agreed(
      comm_,
      [&] {
        put_in_place(temporary.path(), path);
        unusable_.erase(path);
        remove_superseded(key);
      },
      true);
}

/// For the root.
void CheckpointStore::remove_superseded(const CheckpointKey& key) const {
  std::size_t n_good = 0;
  for (const CheckpointFile& file : checkpoints_of_part(archive_path_, key.group, key.part))
    if (is_removable(file.path) && (unusable_.contains(file.path) || ++n_good > n_kept))
      remove_file(file.path);
}

/// The root's checkpoints on every rank, without what has the name alone. Collective.
std::vector<std::string> CheckpointStore::found(const std::function<std::vector<std::string>()>& look) const {
  std::string list;
  mpi::agreed(
      comm_,
      [&] {
        std::vector<std::string> paths = look();
        std::erase_if(paths, [](const std::string& path) { return !is_removable(path); });
        list = joined(paths, "\n");
      },
      true);
  list = comm_.broadcast(list);
  return list.empty() ? std::vector<std::string>() : split(list, '\n');
}

std::optional<CheckpointStore::Found> CheckpointStore::newest_whole(const CheckpointKey& key) {
  const auto paths = found([&] { return paths_of(checkpoints_of_part(archive_path_, key.group, key.part)); });
  std::vector<std::string> of_others;
  for (const std::string& path : paths) {
    auto whole = open_whole(comm_, path, [&](const Error& error) {
      log::warning(std::string("damaged checkpoint, trying the one before: ") + error.what());
      unusable_.insert(path);
    });
    if (!whole) continue;
    if (without_the_future(key, whole->head.owner) == without_the_future(key, owner_text(key)))
      return Found{std::move(whole->file), std::move(whole->head.chosen)};
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

namespace {

std::string work_is_kept(const std::vector<std::string>& paths) {
  return ": unfinished work with other values is kept; undo the change, give the stage another name, or delete " +
         joined(paths, " ") + " to begin this stage anew";
}

} // namespace

/// Every part of the group tells what the stage was.
void CheckpointStore::refuse_other_values(const CheckpointKey& key) {
  const auto paths = found([&] { return checkpoints_of_group(archive_path_, key.group); });
  for (const std::string& path : paths) {
    auto whole = open_whole(comm_, path, [](const Error&) {}); // whoever loads it says so
    if (!whole) continue;
    whole->file.close();
    const auto differing = differing_values(key.group, without_the_future(key, chosen_text(key)),
                                            without_the_future(key, whole->head.chosen));
    if (differing.empty()) continue;
    std::string lines;
    for (const std::string& line : differing) lines += path + ": " + line + "\n";
    throw_agreed(ErrorKind::archive, lines + path + work_is_kept(paths));
  }
}

bool CheckpointStore::load(const CheckpointKey& key, const LoadState& load_state) {
  auto found_one = newest_whole(key);
  if (!found_one) return false;
  h5::File& file = found_one->file;
  FileStateSource source(file, state_group);
  std::vector<std::string> changed;
  for (const Difference& one : differences(chosen_text(key), found_one->chosen)) changed.push_back(one.name);
  try {
    load_state(source, changed);
  } catch (const Error& error) {
    if (!error.agreed() || error.kind() != ErrorKind::setting) throw;
    const std::string path = file.path();
    file.close();
    const auto paths = found([&] { return checkpoints_of_group(archive_path_, key.group); });
    throw_agreed(ErrorKind::archive, path + ": " + label_of(key.group) + "." + error.message() + "\n" + path +
                                         work_is_kept(paths));
  }
  file.close();
  return true;
}

bool CheckpointStore::has_of_any_part(const CheckpointKey& key) const {
  const auto without_part = [&](const std::string& owner) {
    auto lines = split(without_the_future(key, owner), '\n');
    if (lines.size() > 1) lines.erase(lines.begin() + 1);
    return joined(lines, "\n");
  };
  const auto paths = found([&] { return checkpoints_of_group(archive_path_, key.group); });
  return std::ranges::any_of(paths, [&](const std::string& path) {
    auto whole = open_whole(comm_, path, [](const Error&) {}); // whoever loads it says so
    if (whole) whole->file.close();
    return whole && without_part(whole->head.owner) == without_part(owner_text(key));
  });
}

bool CheckpointStore::has_any(const std::string& group) const {
  bool has = false;
  mpi::agreed(
      comm_, [&] { has = !checkpoints_of_group(archive_path_, group).empty(); }, true);
  return comm_.max(has ? 1 : 0) == 1;
}

void CheckpointStore::remove(const std::string& group) {
  mpi::agreed(
      comm_,
      [&] {
        for (const std::string& path : checkpoints_of_group(archive_path_, group)) remove_checkpoint(path);
      },
      true);
}

void CheckpointStore::remove_part(const CheckpointKey& key) {
  mpi::agreed(
      comm_,
      [&] {
        for (const CheckpointFile& file : checkpoints_of_part(archive_path_, key.group, key.part))
          remove_checkpoint(file.path);
      },
      true);
}

void CheckpointStore::settle(const std::string& group, const std::set<std::string>& parts) {
  mpi::agreed(
      comm_,
      [&] {
        std::set<std::string> kept;
        for (const std::string& part : parts) {
          const auto files = checkpoints_of_part(archive_path_, group, part);
          if (!files.empty()) kept.insert(files.front().path);
        }
        for (const std::string& path : checkpoints_of_group(archive_path_, group))
          if (!kept.contains(path)) remove_checkpoint(path);
      },
      true);
}

bool has_whole_checkpoint(const mpi::Communicator& comm, const std::string& archive_path,
                          const std::string& group) {
  std::string list;
  mpi::agreed(
      comm, [&] { list = joined(checkpoints_of_group(archive_path, group), "\n"); }, true);
  const auto paths = split(comm.broadcast(list), '\n');
  return std::ranges::any_of(paths, [&](const std::string& path) {
    auto whole = open_whole(comm, path, [](const Error&) {});
    if (whole) whole->file.close();
    return whole.has_value();
  });
}

} // namespace blockspin::archive
