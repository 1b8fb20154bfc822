#pragma once
// The few file operations that make a new file survive a crash. All local: the root calls them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "blockspin/archive/small_file.hpp"

namespace blockspin::archive {

/// The folder a file stands in; "." where the path names none.
std::string folder_of(const std::string& path);
/// The path of the file that symbolic links lead to, which need not be there yet: what stands beside a file,
/// and what takes its place, belongs to the file and not to a name of it. Throws ErrorKind::archive where links
/// lead in a circle.
std::string behind_links(const std::string& path);
/// Tells a file from every other that exists at the same time; renaming keeps it.
struct FileIdentity {
  std::uint64_t device = 0, number = 0;
  bool operator==(const FileIdentity&) const = default;
};
/// Nothing where no file is.
std::optional<FileIdentity> identity_of(const std::string& path) noexcept;
/// Bytes of a file. Throws ErrorKind::archive where there is none.
std::uint64_t size_of(const std::string& path);
/// 16 hexadecimal digits that hardly any other text has (XXH3).
std::string digits_of(const std::string& text);
/// "<path>.tmp-<16 digits>-<16 digits>": where a new version is written before it gets its name. The first
/// digits tell processes apart, the second are made from the rest of the name: nobody else makes such names.
std::string temporary_name(const std::string& path);
/// Creates the empty file that a new version of `path` is written into, with that file's permissions and those of
/// its writer to read and write it, in place of what another process has left under its name. Throws
/// ErrorKind::archive naming it.
void create_temporary(const std::string& temporary, const std::string& path);
/// Copies a file (sharing blocks where the file system can) into one that exists. Throws ErrorKind::archive
/// naming the target.
void copy_file(const std::string& from, const std::string& to);
/// Writes behind the last byte of a file. Throws ErrorKind::archive naming it.
void append(const std::string& path, const std::string& text);
/// Syncs the temporary file, gives it the permissions of `path`, and its owner if that is allowed, renames it to
/// `path` and syncs the folder. Throws ErrorKind::archive naming `path`.
void put_in_place(const std::string& temporary, const std::string& path);
/// The paths of what stands in a folder, as far as it can be read, sorted.
std::vector<std::string> files_in(const std::string& folder);
/// Deletes the temporary files that killed runs left beside `path`, by names that nobody else makes. Beside a path
/// without a file's name, such as "folder/", there are none. Failures are ignored.
void remove_leftovers(const std::string& path);
/// Deletes a file; failures are ignored.
void remove_file(const std::string& path) noexcept;
/// Creates a folder, if it is not there. Throws ErrorKind::archive naming it.
void make_folder(const std::string& path);
/// Throws ErrorKind::archive where the file system of `path` has less room than this.
void check_room(const std::string& path, std::uint64_t n_bytes);

} // namespace blockspin::archive
