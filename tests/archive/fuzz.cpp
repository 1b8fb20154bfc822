// fuzz N SEED: opens N damaged copies of an archive. Each must be read, or refused
// with an error of kind archive.
// Run it in the sanitize build: a crash, a hang (20 s) or a report of the sanitizers fails. Damage: changed,
// zeroed, repeated or exchanged stretches of bytes, a cut end, bytes behind the end.

#include <cstdio>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include "blockspin/archive/summary.hpp"
#include "blockspin/mpi/session.hpp"
#include "blockspin/rng/generator.hpp"
#include "example.hpp"

namespace {

using namespace blockspin;

std::string contents_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Numbers of one damaged copy.
class Draw {
public:
  Draw(std::uint64_t seed, std::uint64_t copy)
      : generator_(seed, rng::StreamId::test, rng::instance_number("archive_fuzz")), copy_(copy) {}
  std::uint64_t below(std::uint64_t n) { return generator_.below(copy_, index_++, n); }

private:
  rng::Generator generator_;
  std::uint64_t copy_;
  std::uint64_t index_ = 0;
};

void damage(std::string& bytes, Draw& draw) {
  const std::uint64_t at = draw.below(bytes.size());
  const std::uint64_t n = std::min<std::uint64_t>(1 + draw.below(1u << draw.below(8)), bytes.size() - at);
  switch (draw.below(7)) {
  case 0: // one byte
  case 1: bytes[at] = static_cast<char>(draw.below(256)); return;
  case 2: bytes[at] = static_cast<char>(bytes[at] ^ 1 << draw.below(8)); return;
  case 3: bytes.replace(at, n, std::string(n, draw.below(2) == 0 ? '\0' : '\xff')); return;
  case 4: bytes.replace(at, n, bytes.substr(draw.below(bytes.size() - n + 1), n)); return;
  case 5: bytes.resize(draw.below(bytes.size()) + 1); return;
  default: bytes += bytes.substr(at, n); return;
  }
}

/// Everything a reader may ask for.
void read_all(const mpi::Communicator& comm, const std::string& path) {
  archive::Archive archive = archive::Archive::open(comm, path);
  const archive::Summary summary = archive::summarize(archive);
  for (const auto& group : summary.groups) {
    archive::lineage(summary, group.group.path);
    for (const auto& dataset : group.datasets) {
      if (dataset.type == "f64") archive.read_all<double>(dataset.path);
      if (dataset.type == "f32") archive.read_all<float>(dataset.path);
      if (dataset.type == "u8") archive.read_all<std::uint8_t>(dataset.path);
    }
  }
  archive::to_json(summary);
  archive.close();
}

} // namespace

int main(int, char** argv) {
  const std::uint64_t n = std::stoull(argv[1]), seed = std::stoull(argv[2]), first = std::stoull(argv[3]);
  mpi::Session session;
  const mpi::Communicator& comm = session.world();
  const std::string path = "/tmp/blockspin-fuzz-" + std::to_string(getpid()) + ".h5";
  {
    archive::Archive archive =
        archive::Archive::open_for_run(comm, path, archive::OnExisting::overwrite, {"an example", 7});
    archive.set_run(archive::start_record());
    example::write_sample(archive);
    example::write_machine(archive, "main");
    archive.close();
  }
  const std::string whole = contents_of(path);
  for (std::uint64_t i = first; i < n; ++i) {
    std::printf("copy %llu\n", static_cast<unsigned long long>(i));
    std::fflush(stdout);
    std::string bytes = whole;
    Draw draw(seed, i);
    for (std::uint64_t hits = 1 + draw.below(4); hits > 0; --hits) damage(bytes, draw);
    std::ofstream(path, std::ios::binary) << bytes;
    try {
      read_all(comm, path);
      std::printf("read\n");
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::archive) {
        std::fprintf(stderr, "copy %llu of seed %s: %s\n", static_cast<unsigned long long>(i), argv[2],
                     error.what());
        return 1;
      }
      std::printf("refused\n");
    }
  }
  unlink(path.c_str());
}
