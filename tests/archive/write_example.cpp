// Writes the example archive to the path given: what h5py then reads.

#include "blockspin/mpi/session.hpp"
#include "example.hpp"

int main(int, char** argv) {
  using namespace blockspin;
  mpi::Session session;
  archive::Archive archive = archive::Archive::open_for_run(
      session.world(), argv[1], archive::OnExisting::overwrite, {"an example", 7});
  archive.set_run(archive::start_record());
  example::write_sample(archive);
  example::write_machine(archive, "main");
  archive.close();
}
