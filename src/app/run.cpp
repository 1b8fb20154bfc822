// blockspin run: a deck's stages into its archive.

#include <filesystem>

#include "blockspin/app/command.hpp"
#include "blockspin/base/log.hpp"
#include "blockspin/mpi/agree.hpp"
#include "blockspin/rbm/product.hpp"
#include "blockspin/stages/read_plan.hpp"
#include "blockspin/stages/runner.hpp"
#include "load_deck.hpp"

namespace blockspin::app {

namespace {

archive::OnExisting on_existing(const Invocation& invocation) {
  if (invocation.resume) return archive::OnExisting::resume;
  return invocation.overwrite ? archive::OnExisting::overwrite : archive::OnExisting::refuse;
}

/// Deck errors come before the archive is touched: references that only an archive could answer are looked up
/// later.
stages::Plan plan_without_archive(const deck::Document& document, int n_ranks, bool resume,
                                  deck::Problems& problems) {
  stages::Plan plan = stages::read_plan(document, n_ranks, problems);
  if (!resume) stages::check_references(plan, problems);
  throw_agreed(problems);
  return plan;
}

archive::RunRecord record_of(const Invocation& invocation, const deck::Document& document,
                             const stages::Plan& plan) {
  archive::RunRecord record = archive::start_record();
  record.deck_path = document.path;
  record.deck_text = document.text;
  record.overrides = document.overrides;
  record.command_line = invocation.text;
  record.values["kernels"] = std::string(rbm::product_kernel());
  for (const auto& value : stages::setting_values(plan)) record.values[value.key] = value.text;
  return record;
}

} // namespace

int run_command(const Invocation& invocation, const mpi::Communicator& comm) {
  const std::string& deck_path = invocation.arguments.front();
  const auto stop_file = std::filesystem::path(deck_path).parent_path() / "STOP";
  mpi::StopFlag stop(comm, invocation.walltime_seconds, stop_file.string());

  // 1. The deck: every error of it at once, before anything else is touched.
  deck::Problems problems;
  const deck::Document document = load_deck(comm, deck_path, invocation.overrides, problems);
  stages::Plan plan = plan_without_archive(document, comm.size(), invocation.resume, problems);

  // 2. The archive: locked against a second writer; what may happen to one that exists is the user's word.
  auto archive =
      archive::Archive::open_for_run(comm, archive_path(deck_path, plan.campaign), on_existing(invocation),
                                     {plan.campaign.title, plan.campaign.seed}, plan.campaign.storage);
  plan.archive = &archive;

  // 3. References into the archive, now that it is open.
  if (invocation.resume) stages::check_references(plan, problems);
  throw_agreed(problems);

  // 4. The stages.
  stages::run(comm, plan, archive, stop, record_of(invocation, document, plan), invocation.resume);
  archive.close();
  log::info("done: " + archive_path(deck_path, plan.campaign));
  return 0;
}

} // namespace blockspin::app
