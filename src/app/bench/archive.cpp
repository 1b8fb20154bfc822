// How fast an archive is written, beside a plain write of the same bytes.

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include "blockspin/app/bench.hpp"
#include "blockspin/archive/archive.hpp"
#include "blockspin/mpi/agree.hpp"

namespace blockspin::app {

namespace {

constexpr std::uint64_t n_temperatures = 4, n_configurations = 64, bytes_each = 1 << 20;
constexpr std::uint64_t n_bytes = n_temperatures * n_configurations * bytes_each;

/// This rank's configurations of every temperature.
Slab my_part(const mpi::Communicator& comm) {
  const mpi::Range mine = mpi::block_range(n_configurations, comm.rank(), comm.size());
  Slab slab = Slab::whole({n_temperatures, n_configurations, bytes_each});
  slab.offset[1] = mine.first;
  slab.count[1] = mine.size();
  return slab;
}

/// What is written.
std::vector<archive::Row> rows() {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"};
  return {{"temperature", f64, {temperature}, "J/k_B", "temperatures"},
          {"configuration", u8, {temperature, {"configuration", ""}, {"byte", ""}}, "1", "bytes"}};
}

void write_archive(const mpi::Communicator& comm, const std::string& path,
                   const std::vector<std::uint8_t>& bytes) {
  archive::Archive archive =
      archive::Archive::open_for_run(comm, path, archive::OnExisting::overwrite, {"benchmark", 1});
  archive::StageWriter writer = archive.begin_stage("sample", "main", {}, {}, rows());
  const std::vector<double> temperatures{1.0, 2.0, 3.0, 4.0};
  writer.write_replicated("temperature", {n_temperatures}, std::span<const double>(temperatures));
  writer.write("configuration", my_part(comm), std::span<const std::uint8_t>(bytes));
  writer.commit();
  archive.close();
}

/// Each rank writes its pieces where they belong, then the file is made as durable as an archive is.
void write_plainly(const mpi::Communicator& comm, const std::string& path,
                   const std::vector<std::uint8_t>& bytes) {
  mpi::agreed(comm, [&] {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    const Slab slab = my_part(comm);
    const std::uint64_t line = slab.count[1] * bytes_each;
    bool ok = file >= 0;
    for (std::uint64_t t = 0; t < n_temperatures && ok; ++t)
      for (std::uint64_t done = 0; done < line && ok; done += bytes_each)
        ok = pwrite(file, bytes.data() + t * line + done, bytes_each,
                    static_cast<off_t>((t * n_configurations + slab.offset[1]) * bytes_each + done)) ==
             bytes_each;
    ok = ok && fsync(file) == 0;
    if (file >= 0) close(file);
    if (!ok) throw Error(ErrorKind::archive, std::string("cannot write: ") + std::strerror(errno), path);
  });
  mpi::agreed(
      comm, [&] { std::filesystem::remove(path); }, true);
}

std::vector<Figure> bench_write(const mpi::Communicator& comm) {
  const std::string folder = std::filesystem::temp_directory_path().string();
  const std::string path = comm.broadcast(folder + "/blockspin-bench-" + std::to_string(getpid()) + ".h5");
  std::vector<std::uint8_t> bytes(my_part(comm).n_local());
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 2654435761u >> 13);
  const std::function<void()> rivals[]{[&] {
                                         write_archive(comm, path, bytes);
                                         mpi::agreed(
                                             comm, [&] { std::filesystem::remove(path); }, true);
                                       },
                                       [&] { write_plainly(comm, path + ".plain", bytes); }};
  const InTurn times = measure_in_turn(comm, rivals);
  const double gigabytes = static_cast<double>(n_bytes) / 1e9;
  return {{"archive.write", gigabytes / times.seconds[0], "GB/s", times.seconds[1] / times.seconds[0],
           "plain write and fsync of the same bytes"}};
}

} // namespace

std::vector<Benchmark> archive_benchmarks() {
  return {{"archive.write", "committing 256 MiB of configurations to an archive, hash and sync included",
           bench_write}};
}

} // namespace blockspin::app
