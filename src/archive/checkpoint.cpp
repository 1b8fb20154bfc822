#include "blockspin/archive/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <vector>

#include "blockspin/archive/state_file.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/mpi/agree.hpp"
#include "content_hash.hpp"
#include "durable.hpp"

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

/// "run.h5.checkpoint-rbm.main+layer_2-": the same of one part, up to the number.
std::string prefix_of(const std::string& archive_path, const CheckpointKey& key) {
  std::string part = key.part.empty() ? "" : "+" + key.part;
  for (char& letter : part)
    if (letter == ' ' || letter == '/') letter = '_';
  return group_prefix(archive_path, key.group) + part + "-";
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

/// The checkpoints of all parts of a group, by what follows group_prefix() in their names. Local: for the
/// root.
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

/// "group\npart\nseed=7\nname=value\n...": a checkpoint's owner as one text, compared on loading.
std::string owner_text(const CheckpointKey& key) {
  std::string text = key.group + "\n" + key.part + "\nseed=" + std::to_string(key.seed) + "\n";
  for (const auto& [name, value] : key.values) text += name + "=" + h5::to_text(value) + "\n";
  return text;
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

std::string text_attribute(const h5::File& file, const std::string& name) {
  const h5::Value value = h5::read_attribute(file, "/", name);
  if (const std::string* text = std::get_if<std::string>(&value)) return *text;
  throw Error(ErrorKind::archive, "the attribute " + name + " is no text", file.path());
}

/// Opens a checkpoint and checks its content against its checksum. Collective.
h5::File open_whole(const mpi::Communicator& comm, const std::string& path) {
  h5::File file = h5::File::open(comm, path, h5::Access::read);
  std::string promised;
  mpi::agreed(comm, [&] { promised = text_attribute(file, "content_hash"); });
  if (content_hash(file, state_group) == promised) return file;
  file.close();
  Error error(ErrorKind::archive, "the checksum does not match the content", path);
  error.set_agreed();
  throw error;
}

} // namespace

CheckpointStore::CheckpointStore(const mpi::Communicator& comm, const std::string& archive_path)
    : comm_(comm), archive_path_(archive_path) {}

void CheckpointStore::save(const CheckpointKey& key, const std::function<void(StateSink&)>& save_state) {
  const std::string prefix = prefix_of(archive_path_, key);
  std::string path;
  mpi::agreed(
      comm_,
      [&] {
        const std::vector<Numbered> before = checkpoints(prefix);
        path = prefix + std::to_string(before.empty() ? 1 : before.front().number + 1);
      },
      true);
  const TemporaryFile temporary(comm_, comm_.broadcast(temporary_name(path)));
  h5::File file = h5::File::create(comm_, temporary.path());
  h5::write_attribute(file, "/", "owner", owner_text(key));
  file.create_group(state_group);
  FileStateSink sink(file, state_group);
  save_state(sink);
  file.flush();
  h5::write_attribute(file, "/", "content_hash", content_hash(file, state_group));
  file.close();
  mpi::agreed(
      comm_,
      [&] {
        put_in_place(temporary.path(), path);
        const std::vector<Numbered> all = checkpoints(prefix);
        for (std::size_t i = n_kept; i < all.size(); ++i) remove_file(all[i].path);
      },
      true);
}

std::optional<h5::File> CheckpointStore::newest_whole(const CheckpointKey& key) {
  std::string list;
  if (comm_.is_root())
    for (const Numbered& checkpoint : checkpoints(prefix_of(archive_path_, key)))
      list += checkpoint.path + "\n";
  for (const std::string& path : split(comm_.broadcast(list), '\n')) {
    if (path.empty()) continue;
    try {
      h5::File file = open_whole(comm_, path);
      bool ours = false;
      mpi::agreed(comm_, [&] { ours = text_attribute(file, "owner") == owner_text(key); });
      if (ours) return file;
      file.close();
    } catch (const Error& error) {
      if (!error.agreed() || error.kind() != ErrorKind::archive) throw;
      log::warning(std::string("damaged checkpoint, trying the one before: ") + error.what());
    }
  }
  return std::nullopt;
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
        for (const auto& [ending, path] : checkpoints_of_group(archive_path_, group)) remove_file(path);
      },
      true);
}

void CheckpointStore::remove_part(const CheckpointKey& key) {
  mpi::agreed(
      comm_,
      [&] {
        for (const Numbered& checkpoint : checkpoints(prefix_of(archive_path_, key)))
          remove_file(checkpoint.path);
      },
      true);
}

void CheckpointStore::settle(const std::string& group, bool may_grow) {
  if (!may_grow) return remove(group);
  mpi::agreed(
      comm_,
      [&] {
        const std::string start = group_prefix(archive_path_, group);
        for (const auto& [ending, path] : checkpoints_of_group(archive_path_, group)) {
          const std::string prefix = start + ending.substr(0, ending.rfind('-') + 1);
          if (checkpoints(prefix).front().path != path) remove_file(path);
        }
      },
      true);
}

std::vector<std::string> all_checkpoints(const std::string& archive_path) {
  std::vector<std::string> paths;
  for (const auto& [ending, path] : files_by_ending(archive_path + ".checkpoint-"))
    if (is_number(ending.substr(std::min(ending.rfind('-'), ending.size())))) paths.push_back(path);
  return paths;
}

} // namespace blockspin::archive
