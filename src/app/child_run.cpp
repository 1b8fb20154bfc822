#include "child_run.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blockspin/base/error.hpp"

extern char** environ;

namespace blockspin::app {

namespace {

/// Our environment without what an outer launcher put there: a nested mpirun would take it for its own.
std::vector<std::string> clean_environment() {
  std::vector<std::string> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const bool inherited = text.starts_with("OMPI_COMM_") || text.starts_with("OMPI_UNIVERSE") ||
                           text.starts_with("OMPI_MCA_orte_") || text.starts_with("OMPI_MCA_ess") ||
                           text.starts_with("PMIX_") || text.starts_with("PMI_");
    if (!inherited) kept.push_back(text);
  }
  return kept;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// The child's side of fork: only async-signal-safe calls.
[[noreturn]] void become(char* const* arguments, char* const* environment, const char* log_path) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int input = open("/dev/null", O_RDONLY), output = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execvpe(arguments[0], arguments, environment);
  _exit(127);
}

bool is_crash(int code) {
  const int signal = code < 0 ? -code : code - 128;
  return signal == SIGSEGV || signal == SIGABRT || signal == SIGBUS || signal == SIGILL || signal == SIGFPE;
}

std::string own_path() { return "/proc/" + std::to_string(getpid()) + "/exe"; }

} // namespace

std::string disturbance_name(Disturbance disturbance) {
  switch (disturbance) {
  case Disturbance::kill_one_rank: return "SIGKILL of a rank";
  case Disturbance::kill_launcher: return "SIGKILL of mpirun";
  case Disturbance::kill_all: return "SIGKILL of all";
  case Disturbance::signal_launcher: return "SIGUSR1 to mpirun";
  case Disturbance::interrupt_launcher: return "SIGINT to mpirun";
  case Disturbance::end_launcher: return "SIGTERM to mpirun";
  }
  return "?";
}

bool may_end_so(Disturbance disturbance, int code) {
  if (disturbance == Disturbance::interrupt_launcher || disturbance == Disturbance::end_launcher)
    return !is_crash(code);
  if (disturbance != Disturbance::signal_launcher) return true;
  return code == 0 || code == exit_code(ErrorKind::stopped) || code == 128 + SIGUSR1 || code == -SIGUSR1;
}

ChildRun::ChildRun(int n_ranks, const std::vector<std::string>& arguments, const std::string& log_path) {
  char program[4096] = {};
  require(readlink(own_path().c_str(), program, sizeof program - 1) > 0,
          "cannot find this program's own file");
  const char* const launcher = std::getenv("BLOCKSPIN_MPIRUN");
  std::vector<std::string> command{launcher != nullptr ? launcher : "mpirun", "-n", std::to_string(n_ranks),
                                   program};
  command.insert(command.end(), arguments.begin(), arguments.end());
  auto environment = clean_environment();
  const auto argument_pointers = pointers(command), environment_pointers = pointers(environment);
  launcher_ = fork();
  if (launcher_ == 0) become(argument_pointers.data(), environment_pointers.data(), log_path.c_str());
  require(launcher_ > 0, "cannot start another process");
}

ChildRun::~ChildRun() {
  if (code_) return;
  disturb(Disturbance::kill_all, 0);
  waitpid(launcher_, nullptr, 0);
}

std::optional<int> ChildRun::wait(double seconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!code_) {
    int status = 0;
    if (waitpid(launcher_, &status, WNOHANG) == launcher_)
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    else if (std::chrono::steady_clock::now() >= until)
      break;
    else
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return code_;
}

std::vector<pid_t> ChildRun::ranks() const {
  const std::string id = std::to_string(launcher_);
  std::ifstream children("/proc/" + id + "/task/" + id + "/children");
  std::vector<pid_t> all;
  for (pid_t child = 0; children >> child;) all.push_back(child);
  return all;
}

void ChildRun::disturb(Disturbance disturbance, unsigned choice) {
  if (code_) return;
  const auto all = ranks();
  if (disturbance == Disturbance::signal_launcher) kill(launcher_, SIGUSR1);
  if (disturbance == Disturbance::interrupt_launcher) kill(launcher_, SIGINT);
  if (disturbance == Disturbance::end_launcher) kill(launcher_, SIGTERM);
  if (disturbance == Disturbance::kill_launcher || disturbance == Disturbance::kill_all)
    kill(launcher_, SIGKILL);
  if (disturbance == Disturbance::kill_all)
    for (const pid_t rank : all) kill(rank, SIGKILL);
  if (disturbance == Disturbance::kill_one_rank && !all.empty()) kill(all[choice % all.size()], SIGKILL);
}

} // namespace blockspin::app
