// Names that the file system does not take, before any work.

#include <algorithm>
#include <vector>

#include "blockspin/archive/names.hpp"
#include "blockspin/campaign/read_plan.hpp"

namespace blockspin::campaign {

namespace {

deck::Problem archive_problem(const deck::Entry& entry, const std::string& archive_path,
                              const std::string& refusal) {
  return {entry.place,
          "campaign.archive",
          "the file system refuses " + archive_path +
              ", or the longer names of what stands beside it: " + refusal,
          "a path that it takes",
          {}};
}

deck::Problem name_problem(const Stage& stage, const std::string& archive_path, std::size_t n_more) {
  const bool may_be_shorter = n_more < stage.name().size();
  return {stage.section().place,
          "[" + stage.section().label() + "]",
          "the name is too long for the files beside " + archive_path + " that carry it",
          may_be_shorter ? "at most " + std::to_string(stage.name().size() - n_more) + " characters"
                         : "a shorter name of the archive",
          {}};
}

/// By how many characters each stage's name is too long, on every rank, by the root's file system.
std::vector<std::uint64_t> excess(const Plan& plan, const mpi::Communicator& comm,
                                  const std::string& archive_path) {
  std::vector<std::uint64_t> n_more(plan.stages.size(), 0);
  if (comm.is_root())
    std::ranges::transform(plan.stages, n_more.begin(), [&](const auto& stage) {
      return archive::n_characters_too_many(archive_path, stage->group(), plan.campaign.storage);
    });
  comm.broadcast(std::span<std::uint64_t>(n_more));
  return n_more;
}

} // namespace

void check_names(const deck::Document& document, const Plan& plan, const mpi::Communicator& comm,
                 deck::Problems& problems) {
  const std::string archive_path = plan.archive_path();
  const deck::Section* const section = document.find("campaign", "main");
  const deck::Entry* const entry = section == nullptr ? nullptr : section->find("archive");
  if (entry == nullptr) return; // which has been reported
  const std::string refusal =
      comm.broadcast(comm.is_root() ? archive::refusal_of_archive(archive_path) : std::string());
  if (!refusal.empty()) return problems.add(archive_problem(*entry, archive_path, refusal));
  const auto n_more = excess(plan, comm, archive_path);
  for (std::size_t i = 0; i < n_more.size(); ++i)
    if (n_more[i] > 0) // the other instances of a scan would repeat it
      return problems.add(name_problem(*plan.stages[i], archive_path, n_more[i]));
}

} // namespace blockspin::campaign
