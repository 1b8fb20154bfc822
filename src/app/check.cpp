// blockspin check: every error of a deck at once, else what would run and what it
// would cost. Computes nothing.

#include <filesystem>

#include <fmt/format.h>

#include "blockspin/app/command.hpp"
#include "blockspin/archive/summary.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/read_plan.hpp"
#include "blockspin/mpi/agree.hpp"
#include "load_deck.hpp"
#include "outlook.hpp"

namespace blockspin::app {

namespace {

std::string resolved_section(const std::string& header, const deck::ResolvedValues& values) {
  std::string text = "[" + header + "]\n";
  for (const auto& value : values)
    text += value.text.empty() ? fmt::format("# {} =\n", value.key)
                               : fmt::format("{} = {}\n", value.key, value.text);
  return text + "\n";
}

/// The stage behind the last instance of the deck section that stage number `first` begins.
std::size_t end_of_scan(const campaign::Plan& plan, std::size_t first) {
  return first + plan.n_instances(*plan.stages[first]);
}

std::string resolved_deck(const campaign::Plan& plan) {
  std::string text = resolved_section("campaign", campaign::campaign_schema().values({plan.campaign, {}})) +
                     resolved_section("parallel", campaign::parallel_schema().values({plan.parallel, {}}));
  for (const auto& [name, model] : plan.models)
    text += resolved_section(name == "main" ? "model" : "model." + name,
                             campaign::model_schema().values({model, {}}));
  for (std::size_t first = 0; first < plan.stages.size(); first = end_of_scan(plan, first)) {
    const std::size_t last = end_of_scan(plan, first);
    if (last - first > 1)
      text += fmt::format("# {} instances, {} to {}; keys of the first:\n", last - first,
                          plan.stages[first]->label(), plan.stages[last - 1]->label());
    text += resolved_section(plan.stages[first]->label(), plan.stages[first]->values());
  }
  return text;
}

std::string or_dash(double value, std::string (*format)(double)) { return value > 0.0 ? format(value) : "-"; }

std::string work_text(const campaign::Estimate& estimate) {
  return estimate.work > 0.0 ? fmt::format("{:.3g} {}", estimate.work, estimate.work_unit) : "-";
}

/// Of all instances of a section together; memory of the one that needs the most.
campaign::Estimate estimate_of_scan(const campaign::Plan& plan, std::size_t first, int n_ranks) {
  campaign::Estimate all = plan.stages[first]->estimate(plan, n_ranks);
  for (std::size_t i = first + 1; i < end_of_scan(plan, first); ++i) {
    const campaign::Estimate one = plan.stages[i]->estimate(plan, n_ranks);
    all.memory_per_rank = std::max(all.memory_per_rank, one.memory_per_rank);
    all.archive_bytes += one.archive_bytes;
    all.work += one.work;
    all.seconds += one.seconds;
  }
  return all;
}

std::string cost_table(const campaign::Plan& plan, int n_ranks) {
  std::string text = fmt::format("# Estimated cost on {} (times are rough: those of an idle processor)\n",
                                 counted(static_cast<std::uint64_t>(n_ranks), "rank"));
  const char* const row = "# {:<28} {:>12} {:>12} {:>24} {:>14} {:>14}  {}\n";
  text += fmt::format(fmt::runtime(row), "stage", "memory/rank", "archive", "work", "core time", "time",
                      "layout");
  double memory_per_rank = 0, archive_bytes = 0, core_seconds = 0, seconds = 0;
  for (std::size_t first = 0; first < plan.stages.size(); first = end_of_scan(plan, first)) {
    const auto estimate = estimate_of_scan(plan, first, n_ranks);
    const std::size_t n = end_of_scan(plan, first) - first;
    const std::string label = plan.stages[first]->label() + (n > 1 ? fmt::format(" and {} more", n - 1) : "");
    text += fmt::format(fmt::runtime(row), label, or_dash(estimate.memory_per_rank, format_bytes),
                        or_dash(estimate.archive_bytes, format_bytes), work_text(estimate),
                        or_dash(estimate.seconds, format_seconds),
                        or_dash(estimate.seconds_on(n_ranks), format_seconds), estimate.layout);
    memory_per_rank = std::max(memory_per_rank, estimate.memory_per_rank);
    archive_bytes += estimate.archive_bytes;
    core_seconds += estimate.seconds;
    seconds += estimate.seconds_on(n_ranks);
  }
  return text + fmt::format(fmt::runtime(row), "in all", or_dash(memory_per_rank, format_bytes),
                            or_dash(archive_bytes, format_bytes), "", or_dash(core_seconds, format_seconds),
                            or_dash(seconds, format_seconds), "");
}

/// What a resumed run would go on with.
struct Standing {
  std::optional<archive::Archive> archive; ///< none of one that an overwrite under way has given up
  bool is_readable = true;
};

Standing look_at_archive(const mpi::Communicator& comm, const std::string& path) {
  Standing standing;
  try {
    standing.archive.emplace(archive::Archive::open(comm, path));
    if (!summarize_file(*standing.archive).overwritten) return standing;
    standing.archive->close();
    log::warning(path + ": an overwrite is under way, which `run --resume` goes on with");
  } catch (const Error& error) {
    if (!error.agreed() || error.kind() != ErrorKind::archive) throw;
    log::warning(error.what());
    standing.is_readable = false;
  }
  standing.archive.reset();
  return standing;
}

} // namespace

int check_command(const Invocation& invocation, const mpi::Communicator& comm) {
  const std::string& deck_path = invocation.arguments.front();
  deck::Problems problems;
  const deck::Document document = load_deck(comm, deck_path, invocation.overrides, problems);
  const int n_ranks =
      invocation.n_ranks > 0 ? invocation.n_ranks : std::max(comm.size(), campaign::least_ranks(document));
  campaign::Plan plan = campaign::read_plan(document, invocation.kinds, n_ranks, problems);
  campaign::look_at_files(plan, comm, problems);

  // A reference may lead into an archive of an earlier run; without a readable one only the deck answers.
  const std::string path = plan.archive_path();
  campaign::check_names(document, plan, comm, problems);
  std::error_code ignored;
  const bool exists = !plan.campaign.archive.empty() &&
                      comm.max(comm.is_root() && std::filesystem::exists(path, ignored) ? 1 : 0) == 1;
  Standing standing = exists ? look_at_archive(comm, path) : Standing{};
  auto& archive = standing.archive;
  if (archive) plan.archive = &*archive;
  campaign::check_references(plan, problems);
  Outlook future;
  if (problems.empty() && standing.is_readable) future = outlook(comm, plan, plan.archive);
  throw_agreed(problems);

  for (const std::string& warning : plan.warnings) log::warning(warning);
  const std::string costs = cost_table(plan, n_ranks); // it may ask the archive
  const Needs needs = needs_of(plan, future.decisions, plan.archive, n_ranks);
  if (archive) archive->close();
  for (const std::string& line : split(shortage(plan, needs, n_ranks, path), '\n'))
    log::warning(line + "; `run` refuses it without --force");
  if (comm.is_root())
    fmt::print("# {}: no errors. Archive: {} ({})\n\n{}{}{}", deck_path, path,
               exists ? "exists" : "does not exist yet", resolved_deck(plan), future.text, costs);
  return 0;
}

} // namespace blockspin::app
