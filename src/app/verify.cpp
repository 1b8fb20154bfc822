// blockspin verify: two archives byte by byte, or a deck against itself, undisturbed and disturbed.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/rng/generator.hpp"
#include "child_run.hpp"
#include "compare.hpp"

namespace blockspin::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view error_prefix = "blockspin: error: ";
constexpr int default_rounds = 3;
constexpr int default_most_ranks = 4;
constexpr int most_disturbances = 12;    ///< of one round; then it is left alone, so that it ends
constexpr double most_seconds = 86400.0; ///< of the undisturbed run, whose length nobody knows
/// Once disturbed, if only in vain, a run that takes longer hangs: so many seconds, or undisturbed runs.
constexpr double most_seconds_to_end = 300.0, most_runs_to_end = 20.0;
constexpr double share_of_run = 0.6; ///< a disturbance comes before this share of the undisturbed run's time

class Folder {
public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "blockspin-verify-XXXXXX").string();
    require(mkdtemp(pattern.data()) != nullptr, "cannot make a temporary folder");
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
  std::string path_;
};

/// The whole log of a run that ended otherwise than it should.
[[noreturn]] void fail(const std::string& what, const std::string& log_path, int code) {
  std::ifstream log(log_path);
  std::string line, errors;
  while (std::getline(log, line))
    if (line.starts_with(error_prefix))
      errors += "\n" + line.substr(error_prefix.size());
    else if (line.starts_with("[rank "))
      errors += "\n" + line;
  const auto kind = code >= exit_code(ErrorKind::usage) && code <= exit_code(ErrorKind::numerical)
                        ? static_cast<ErrorKind>(code)
                        : ErrorKind::internal;
  throw Error(kind, what + fmt::format(" ended with exit code {}", code) + errors, "verify");
}

void check_end(Disturbance how, std::optional<int> code, const std::string& what,
               const std::string& log_path) {
  if (!code) throw Error(ErrorKind::internal, what + " it hangs", "verify");
  if (!may_end_so(how, *code)) fail(what + " it", log_path, *code);
}

/// Runs one deck many times, in a folder of its own.
class Verification {
public:
  explicit Verification(const Invocation& invocation)
      : deck_(invocation.arguments.front()), overrides_(invocation.overrides), force_(invocation.force),
        most_ranks_(invocation.n_ranks > 0 ? invocation.n_ranks : default_most_ranks) {}

  /// Finds by `check` into how many domains the deck's lattice can be cut, up to the most ranks.
  void find_domains() {
    for (int n_domains = 2; n_domains <= most_ranks_; ++n_domains) {
      std::vector<std::string> check{"check", deck_, "--ranks", std::to_string(n_domains)};
      append_overrides(check, std::to_string(n_domains));
      ChildRun run(1, check, folder_.file("check.log"));
      if (run.wait(most_seconds).value_or(1) == 0) n_domains_.push_back(n_domains);
    }
  }

  /// The undisturbed run, on one rank; seconds it took.
  double reference() {
    const auto start = std::chrono::steady_clock::now();
    ChildRun run(1, arguments("reference.h5", "auto"), folder_.file("reference.log"));
    const int code = run.wait(most_seconds).value_or(1);
    if (code != 0) fail("the undisturbed run", folder_.file("reference.log"), code);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  /// One disturbed run, resumed on other rank counts and divisions until it ends; the number of disturbances.
  int round(int number, double seconds) {
    const std::string archive = fmt::format("round_{}.h5", number), log = folder_.file(archive + ".log");
    for (int n_disturbed = 0;; ++n_disturbed) {
      const int n_ranks = 1 + static_cast<int>(draw(most_ranks_));
      const std::string domains = draw_domains(n_ranks);
      ChildRun run(n_ranks, arguments(archive, domains), log);
      const double patience = n_disturbed < most_disturbances
                                  ? share_of_run * seconds * static_cast<double>(draw(1000)) / 1000.0
                                  : most_seconds;
      if (const auto code = run.wait(patience)) {
        if (*code != 0) fail(fmt::format("round {} on {} ranks", number, n_ranks), log, *code);
        fmt::print("round {}: done on {} ranks, domains {}, after {} disturbances\n", number, n_ranks,
                   domains, n_disturbed);
        return n_disturbed;
      }
      const auto how = static_cast<Disturbance>(draw(n_disturbances));
      run.disturb(how, static_cast<unsigned>(draw(1000)));
      fmt::print("round {}: {} on {} ranks, domains {}, after {}\n", number, disturbance_name(how), n_ranks,
                 domains, format_seconds(patience));
      std::fflush(stdout);
      // A rank that outlives its launcher holds the lock for a moment; the next run waits.
      const double most = std::max(most_seconds_to_end, most_runs_to_end * seconds);
      check_end(how, run.wait(most),
                fmt::format("round {}, {} on {} ranks:", number, disturbance_name(how), n_ranks), log);
    }
  }

  /// Whether a round's archive is the reference's, byte for byte.
  bool same(int number) {
    const std::string log = folder_.file("compare.log");
    ChildRun run(
        1, {"verify", folder_.file("reference.h5"), folder_.file(fmt::format("round_{}.h5", number))}, log);
    if (run.wait(most_seconds).value_or(1) == 0) return true;
    std::ifstream lines(log);
    fmt::print("{}", std::string(std::istreambuf_iterator<char>(lines), {}));
    return false;
  }

private:
  std::uint64_t draw(int below) { return random_.below(0, n_drawn_++, static_cast<std::uint64_t>(below)); }

  /// auto, or a number of domains that so many ranks can hold.
  std::string draw_domains(int n_ranks) {
    const auto n_possible = std::ranges::upper_bound(n_domains_, n_ranks) - n_domains_.begin();
    const auto drawn = draw(1 + static_cast<int>(n_possible));
    return drawn == 0 ? "auto" : std::to_string(n_domains_[drawn - 1]);
  }

  void append_overrides(std::vector<std::string>& arguments, const std::string& domains) const {
    for (const std::string& option : overrides_) arguments.insert(arguments.end(), {"--set", option});
    arguments.insert(arguments.end(), {"--set", "parallel.domains=" + domains});
  }

  std::vector<std::string> arguments(const std::string& archive, const std::string& domains) const {
    std::vector<std::string> all{"run", deck_, "--resume"};
    if (force_) all.push_back("--force");
    append_overrides(all, domains);
    all.insert(all.end(), {"--set", "campaign.archive=" + folder_.file(archive)});
    all.insert(all.end(), {"--set", "campaign.checkpoint_interval=0.2"});
    return all;
  }

  std::string deck_;
  std::vector<std::string> overrides_;
  bool force_;
  int most_ranks_;
  std::vector<int> n_domains_; ///< possible ones beside 1, ascending
  Folder folder_;
  // When and how to disturb: other moments at each call; no result depends on them.
  rng::Generator random_{std::random_device{}(), rng::StreamId::test, rng::instance_number("verify")};
  std::uint64_t n_drawn_ = 0;
};

} // namespace

int verify_deck_command(const Invocation& invocation) {
  const int n_rounds = invocation.n_rounds > 0 ? invocation.n_rounds : default_rounds;
  Verification verification(invocation);
  verification.find_domains();
  const double seconds = verification.reference();
  fmt::print("undisturbed, on 1 rank: {}\n", format_seconds(seconds));
  int n_disturbed = 0, n_different = 0;
  for (int number = 1; number <= n_rounds; ++number) {
    n_disturbed += verification.round(number, seconds);
    if (!verification.same(number)) ++n_different;
  }
  fmt::print("{} runs, {} disturbances: {}\n", n_rounds, n_disturbed,
             n_different == 0 ? "every scientific dataset is the same, byte for byte"
                              : fmt::format("{} runs DIFFER", n_different));
  return n_different == 0 ? 0 : exit_of_difference;
}

int verify_archives_command(const Invocation& invocation, const mpi::Communicator& comm) {
  auto a = archive::Archive::open(comm, invocation.arguments[0]);
  auto b = archive::Archive::open(comm, invocation.arguments[1]);
  const auto lines = differences(a, b);
  b.close();
  a.close();
  if (comm.is_root()) {
    for (const std::string& line : lines) fmt::print("{}\n", line);
    fmt::print("{}\n", lines.empty()
                           ? "every scientific dataset is the same, byte for byte"
                           : counted(lines.size(), "dataset") + (lines.size() == 1 ? " differs" : " differ"));
  }
  return lines.empty() ? 0 : exit_of_difference;
}

} // namespace blockspin::app
