// blockspin run: a deck's stages into its archive.

#include <filesystem>
#include <set>

#include "blockspin/app/command.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/campaign/read_plan.hpp"
#include "blockspin/campaign/results.hpp"
#include "blockspin/campaign/runner.hpp"
#include "blockspin/mpi/agree.hpp"
#include "load_deck.hpp"
#include "machine_record.hpp"
#include "outlook.hpp"

namespace blockspin::app {

namespace {

archive::OnExisting on_existing(const Invocation& invocation) {
  if (invocation.resume) return archive::OnExisting::resume;
  return invocation.overwrite ? archive::OnExisting::overwrite : archive::OnExisting::refuse;
}

/// Deck errors come before the archive is touched: references that only an archive could answer
/// are looked up later.
campaign::Plan plan_without_archive(const Invocation& invocation, const deck::Document& document,
                                    const mpi::Communicator& comm, deck::Problems& problems) {
  campaign::Plan plan = campaign::read_plan(document, invocation.kinds, comm.size(), problems);
  campaign::look_at_files(plan, comm, problems);
  campaign::check_names(document, plan, comm, problems);
  if (!invocation.resume) campaign::check_references(plan, problems);
  throw_agreed(problems);
  return plan;
}

archive::RunRecord record_of(const Invocation& invocation, const deck::Document& document,
                             const campaign::Plan& plan, const std::map<std::string, h5::Value>& machine) {
  archive::RunRecord record = archive::start_record();
  record.deck_path = document.path;
  record.deck_text = document.text;
  record.overrides = document.overrides;
  record.command_line = invocation.text;
  record.values = machine;
  for (const auto& value : campaign::setting_values(plan)) record.values[value.key] = value.text;
  return record;
}

/// Throws an agreed error where the machine has too little for what is to be done: all stages where nothing is
/// decided. Collective.
void require_room(const Invocation& invocation, const mpi::Communicator& comm, const campaign::Plan& plan,
                  std::span<const campaign::Decision> decisions, const archive::Archive* archive) {
  if (!invocation.force) require_room(comm, plan, needs_of(plan, decisions, archive, comm.size()));
}

/// The groups of the deck's stages that the archive has.
std::vector<std::string> groups_of_deck(const campaign::Plan& plan, const archive::Archive& archive) {
  std::set<std::string> of_deck;
  for (const auto& stage : plan.stages) of_deck.insert(stage->group());
  std::vector<std::string> groups = archive.groups();
  std::erase_if(groups, [&](const std::string& group) { return !of_deck.contains(group); });
  return groups;
}

/// What the deck's stages found: the lines of `info`, of these stages, and read as `info` reads them. A run hashes what it
/// reads, which may be all that it finds done.
void tell_results(const campaign::Plan& plan, const mpi::Communicator& comm,
                  const std::vector<std::string>& groups) {
  log::info("results:");
  if (groups.empty()) return;
  campaign::tell("results", [&] {
    auto archive = archive::Archive::open(comm, plan.archive_path());
    for (const std::string& line :
         campaign::result_lines(archive, plan.kinds, groups, most_result_lines).lines)
      log::info("  " + line);
    archive.close();
  });
}

} // namespace

int run_command(const Invocation& invocation, const mpi::Communicator& comm) {
  const std::string& deck_path = invocation.arguments.front();
  const auto stop_file = std::filesystem::path(deck_path).parent_path() / "STOP";
  mpi::StopFlag stop(comm, invocation.walltime_seconds, stop_file.string());

  // 1. The deck: every error of it at once, before anything else is touched.
  deck::Problems problems;
  const deck::Document document = load_deck(comm, deck_path, invocation.overrides, problems);
  campaign::Plan plan = plan_without_archive(invocation, document, comm, problems);

  // 2. Room for all of it, before an archive that is in the way is given up. What a resumed run needs, the archive
  // will say.
  if (!invocation.resume) require_room(invocation, comm, plan, {}, nullptr);

  // 3. The archive: locked against a second writer; what may happen to one that exists is the user's word.
  auto archive =
      archive::Archive::open_for_run(comm, plan.archive_path(), on_existing(invocation),
                                     {plan.campaign.title, plan.campaign.seed}, plan.campaign.storage);
  plan.archive = &archive;

  // 4. References into the archive, now that it is open.
  if (invocation.resume) campaign::check_references(plan, problems);
  throw_agreed(problems);

  for (const std::string& warning : plan.warnings) log::warning(warning);
  if (const std::string& kept = archive.identity().title; kept != plan.campaign.title)
    log::warning("campaign.title: the archive keeps the title that it was made with, '" + kept + "'");

  const auto machine = machine_values(comm);
  warn_of_another_machine(archive, machine);

  // 5. What becomes of each stage, and room for those that are left to do.
  const auto decisions = campaign::decide(plan, archive);
  if (invocation.resume) require_room(invocation, comm, plan, decisions, &archive);

  // 6. The stages.
  campaign::run(comm, plan, archive, stop, record_of(invocation, document, plan, machine),
                on_existing(invocation), decisions);
  const auto groups = groups_of_deck(plan, archive);
  plan.archive = nullptr;
  archive.close();

  // 7. What they found.
  tell_results(plan, comm, groups);
  log::info("done: " + plan.archive_path());
  return 0;
}

} // namespace blockspin::app
