#pragma once
// The few file operations that make a new file survive a crash. All local: the root calls them.

#include <cstdint>
#include <string>

namespace blockspin::archive {

/// The folder a file stands in; "." where the path names none.
std::string folder_of(const std::string& path);
/// The path of the file that symbolic links lead to, which need not be there yet: what stands
/// beside a file, and what takes its place, belongs to the file and not to a name of it. Where
/// links lead in a circle, `path`.
std::string behind_links(const std::string& path);
/// "<path>.tmp-<host>-<process>": where a new version is written before it gets its name.
std::string temporary_name(const std::string& path);
/// Copies a file (sharing blocks where the file system can). Throws ErrorKind::archive naming the target.
void copy_file(const std::string& from, const std::string& to);
/// Syncs the temporary file, renames it to `path` and syncs the folder. Throws
/// ErrorKind::archive naming `path`.
void put_in_place(const std::string& temporary, const std::string& path);
/// Writes a small file so that it is there, whole, or the one before it is. Throws as put_in_place().
void write_durably(const std::string& path, const std::string& text);
/// Deletes the temporary files that killed runs left beside `path`. Failures are ignored.
void remove_leftovers(const std::string& path) noexcept;
/// Deletes a file; failures are ignored.
void remove_file(const std::string& path) noexcept;
/// Creates a folder, if it is not there. Throws ErrorKind::archive naming it.
void make_folder(const std::string& path);
/// Throws ErrorKind::archive where the file system of `path` has less room than this.
void check_room(const std::string& path, std::uint64_t n_bytes);

} // namespace blockspin::archive
