// writer archive|overwrite|checkpoint PATH SHIFT: writes the example as a run would,
// and ends as the program ends.
// Its values depend on SHIFT, so that old and new content can be told apart. "archive" resumes PATH, or
// starts it, prints the hash of the sample it finds, and commits the sample, then a machine; "overwrite" does
// the same but starts anew; "checkpoint" saves a state with the value SHIFT.

#include <cstdio>
#include <string>

#include "blockspin/archive/checkpoint.hpp"
#include "blockspin/mpi/session.hpp"
#include "example.hpp"

namespace {

using namespace blockspin;

void write_archive(const mpi::Communicator& comm, const std::string& path, std::uint64_t shift,
                   archive::OnExisting existing) {
  archive::Archive archive = archive::Archive::open_for_run(comm, path, existing, {"an example", 7});
  const auto found = archive.group("/sample/main");
  if (comm.is_root()) std::printf("found %s\n", found ? found->content_hash.c_str() : "nothing");
  archive.set_run(archive::start_record());
  example::write_sample(archive, shift);
  example::write_machine(archive, "main");
  archive.close();
}

void write_checkpoint(const mpi::Communicator& comm, const std::string& path, std::uint64_t shift) {
  archive::CheckpointStore store(comm, path);
  const archive::CheckpointKey key{"/sample/main", "", 7, {}};
  std::uint64_t before = 0;
  const bool found =
      store.load(key, [&](StateSource& source, const auto&) { source.replicated("shift", before); });
  if (comm.is_root())
    std::printf("%s %llu\n", found ? "found" : "none", static_cast<unsigned long long>(before));
  store.save(key, [&](StateSink& sink) {
    sink.replicated("shift", shift);
    const mpi::Range mine = mpi::block_range(100000, comm.rank(), comm.size());
    const std::vector<std::uint64_t> values(mine.size(), shift);
    sink.distributed("chains", Slab::rows({100000}, mine.first, mine.size()), std::span(values));
  });
}

} // namespace

int main(int, char** argv) {
  mpi::Session session;
  const std::string what = argv[1];
  try {
    const std::uint64_t shift = std::stoull(argv[3]);
    if (what == "checkpoint")
      write_checkpoint(session.world(), argv[2], shift);
    else
      write_archive(session.world(), argv[2], shift,
                    what == "overwrite" ? archive::OnExisting::overwrite : archive::OnExisting::resume);
  } catch (const Error& error) {
    if (session.world().is_root() || !error.agreed())
      std::fprintf(stderr, "writer: error: %s\n", error.what());
    if (!error.agreed()) mpi::abort(error.exit_code());
    return error.exit_code();
  }
}
