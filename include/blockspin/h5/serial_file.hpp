#pragma once
// A file as one process alone reads its structure, before all ranks do.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "blockspin/h5/attribute.hpp"
#include "blockspin/h5/handle.hpp"
#include "blockspin/h5/tree.hpp"
#include "blockspin/mpi/communicator.hpp"

namespace blockspin::h5 {

/// How a name leads to an object.
enum class LinkKind { hard, soft, external };

/// A name in a group.
struct Link {
  std::string name;
  LinkKind kind = LinkKind::hard;
  std::string file, object; ///< where an external link leads, as it is written
};

/// An HDF5 file opened for reading by HDF5's serial driver. It follows plain names only, no links. Every
/// member is local and throws ErrorKind::archive naming the file. HDF5 checks most of a file's structure by
/// checksums, but damage in heaps of text, and forgery, can crash it: call through look() or look_alone().
class SerialFile {
public:
  /// What is missing, a directory, not HDF5, truncated, or open for writing elsewhere is told apart.
  explicit SerialFile(const std::string& path);

  const std::string& path() const { return path_; }
  bool exists(const std::string& path) const;
  bool is_group(const std::string& path) const;
  /// The names in a group, sorted.
  std::vector<Link> links(const std::string& group) const;
  /// All attributes of a group or dataset. Throws for kinds that we do not write.
  std::map<std::string, Value> attributes(const std::string& object) const;
  /// See tree.hpp.
  std::vector<Node> describe(const std::string& group) const;

private:
  /// Invalid where a name is missing, or no plain one.
  Handle find(const std::string& path) const;
  Handle open_object(const std::string& path) const;

  std::string path_;
  Handle file_;
};

/// Collective. Runs `action`, which is local and reads files by SerialFile, on the root, then on the other
/// ranks; an Error of any rank is agreed. While the root reads, a crash of HDF5, or half a minute without a
/// step, ends the program with the message that `path` is damaged and the exit code of files, so that damage
/// shows on one rank, once.
void look(const mpi::Communicator& comm, const std::string& path, const std::function<void()>& action);
/// The same for the root alone. Collective.
void look_on_root(const mpi::Communicator& comm, const std::string& path,
                  const std::function<void()>& action);

/// The same for this process alone. Local.
void look_alone(const std::string& path, const std::function<void()>& action);

/// A step of a long look has been made: the half minute begins again. Local.
void still_alive();

} // namespace blockspin::h5
