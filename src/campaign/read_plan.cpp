#include "blockspin/campaign/read_plan.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/lattice/geometry.hpp"
#include "blockspin/replica/rank_layout.hpp"
#include "expand.hpp"

namespace blockspin::campaign {

namespace {

const std::vector<std::string> settings = {"campaign", "model", "parallel"};

const std::string settings_group = "/settings"; // what Plan::faulty calls [campaign], [model] and [parallel]

bool is_setting(const deck::Section& section) {
  return std::find(settings.begin(), settings.end(), section.stage) != settings.end();
}

std::vector<std::string> known_stages(std::span<const Kind> kinds) {
  std::vector<std::string> names = settings;
  for (const Kind& kind : kinds) names.push_back(kind.schema->stage());
  return names;
}

/// Reads one of the sections that are not stages; a required one that is missing is read as empty, so that
/// each of its missing keys is named.
template <class D>
D read_setting(const deck::Document& document, const deck::Schema<D>& schema, deck::Problems& problems) {
  const deck::Section* section = document.find(schema.stage(), "main");
  const deck::Section missing{schema.stage(), "main", {document.path, 0}, {}};
  return schema.read(section != nullptr ? *section : missing, problems).deck;
}

/// Runs `action`; what it finds wrong with a setting becomes a problem at the deck's key for it.
template <class Action>
void check_setting(const deck::Document& document, const std::string& section, const std::string& key,
                   const std::string& allowed, deck::Problems& problems, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::setting) throw;
    problems.add({document.find(section, "main")->find(key)->place,
                  section + "." + key,
                  error.message(),
                  allowed,
                  {}});
  }
}

/// Whether there can be such a lattice, and the ranks and the lattice allow the layout that is asked for.
void check_layout(const deck::Document& document, const Plan& plan, deck::Problems& problems) {
  if (!problems.empty()) return;
  std::optional<lattice::Geometry> geometry;
  check_setting(document, "model", "lattice", {}, problems,
                [&] { geometry.emplace(plan.model.lattice.values); });
  if (!geometry || !plan.parallel.domains) return;
  check_setting(document, "parallel", "domains", "auto, a number of ranks, or one for each axis", problems,
                [&] { replica::plan_ranks(*geometry, 1, plan.n_ranks, {{plan.parallel.domains->values}}); });
}

std::vector<deck::Section> stage_sections(const deck::Document& document, std::span<const Kind> kinds,
                                          deck::Problems& problems) {
  std::vector<deck::Section> stages;
  const auto known = known_stages(kinds);
  for (const deck::Section& section : document.sections) {
    if (is_setting(section)) {
      if (section.name != "main")
        problems.add(
            {section.place, "[" + section.label() + "]", "takes no name", "[" + section.stage + "]", {}});
    } else if (find_kind(kinds, section.stage) == nullptr) {
      problems.add({section.place, "[" + section.label() + "]", "is no known section", joined(known, ", "),
                    nearest(section.stage, known)});
    } else {
      stages.push_back(section);
    }
  }
  return stages;
}

/// Names of every instance of a kind a reference could mean: earlier in the deck, or in the archive.
std::vector<std::string> candidates(const Plan& plan, std::size_t n_earlier, const std::string& stage) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < n_earlier; ++i)
    if (plan.stages[i]->kind() == stage) names.push_back(plan.stages[i]->name());
  if (plan.archive == nullptr) return names;
  const std::string prefix = "/" + stage + "/";
  for (const std::string& group : plan.archive->groups())
    if (group.starts_with(prefix)) names.push_back(group.substr(prefix.size()));
  return names;
}

bool in_archive(const Plan& plan, const std::string& group) {
  if (plan.archive == nullptr) return false;
  const auto found = plan.archive->group(group);
  return found && found->status == "complete";
}

/// The deck's word for a key: where it stands, or the section where it is left at its default.
deck::Problem at_key(const Stage& stage, const std::string& key, std::string what) {
  const deck::Entry* entry = stage.section().find(key);
  return {entry != nullptr ? entry->place : stage.section().place,
          stage.section().label() + "." + key,
          std::move(what),
          {},
          {}};
}

/// False, and a problem, where what is in the archive was made with another model than the deck's.
bool model_agrees(const Plan& plan, const Stage& stage, const Reference& reference,
                  deck::Problems& problems) {
  const std::pair<std::string, std::string> model_keys[] = {
      {"model.lattice", deck::Codec<deck::Extents>::text(plan.model.lattice)},
      {"model.field", deck::Codec<double>::text(plan.model.field)}};
  bool all = true;
  for (const auto& [key, here] : model_keys) {
    const std::string stored = plan.value(reference.group(), key);
    if (stored.empty() || stored == here) continue;
    auto problem = at_key(stage, reference.key, reference.group() + " was made with " + key + " = " + stored);
    problem.allowed = "what was made with the deck's own, " + here;
    problems.add(std::move(problem));
    all = false;
  }
  return all;
}

/// False, and a problem, where stage number `i` refers to nothing.
bool references_hold(const Plan& plan, std::size_t i, deck::Problems& problems) {
  const Stage& stage = *plan.stages[i];
  bool all = true;
  for (const Reference& reference : stage.references(plan)) {
    const auto names = candidates(plan, i, reference.stage);
    const bool earlier =
        std::any_of(plan.stages.begin(), plan.stages.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const auto& other) { return other->group() == reference.group(); });
    if (earlier) continue;
    if (in_archive(plan, reference.group())) {
      all = model_agrees(plan, stage, reference, problems) && all;
      continue;
    }
    auto problem = at_key(stage, reference.key,
                          "[" + reference.stage + "] '" + reference.name +
                              "' is found neither earlier in the deck nor "
                              "in the archive" +
                              (plan.find(reference.group()) != nullptr ? " (it stands later)" : ""));
    problem.allowed = names.empty() ? "there is none yet" : joined(names, ", ");
    problem.nearest = nearest(reference.name, names);
    problems.add(std::move(problem));
    all = false;
  }
  return all;
}

/// Whether the stage, or what it reads, has problems of its own: its checks would add riddles to them.
bool builds_on_faults(const Plan& plan, const Stage& stage) {
  const auto references = stage.references(plan);
  return plan.faulty.contains(settings_group) || plan.faulty.contains(stage.group()) ||
         std::any_of(references.begin(), references.end(),
                     [&](const Reference& reference) { return plan.faulty.contains(reference.group()); });
}

/// True, and a problem, where the plan has that instance: two values of a scan that look the same, or a
/// scan's instance that is written out as well.
bool stands_already(const Plan& plan, const deck::Section& section, deck::Problems& problems) {
  const Stage* first = plan.find("/" + section.stage + "/" + section.name);
  if (first == nullptr) return false;
  problems.add({section.place,
                "[" + section.label() + "]",
                "stands twice, with what scans make of sections; first from line " +
                    std::to_string(first->section().place.line),
                {},
                {}});
  return true;
}

} // namespace

int least_ranks(const deck::Document& document) {
  deck::Problems later; // read_plan will find them again
  const std::uint64_t n = read_setting(document, parallel_schema(), later).ranks_per_lattice();
  return static_cast<int>(std::clamp<std::uint64_t>(n, 1, std::numeric_limits<int>::max()));
}

std::vector<std::string> sections_always_there() { return settings; }

Plan read_plan(const deck::Document& document, std::span<const Kind> kinds, int n_ranks,
               deck::Problems& problems) {
  Plan plan;
  plan.kinds = kinds;
  plan.campaign = read_setting(document, campaign_schema(), problems);
  plan.model = read_setting(document, model_schema(), problems);
  plan.parallel = read_setting(document, parallel_schema(), problems);
  plan.n_ranks = n_ranks;
  check_layout(document, plan, problems);
  if (!problems.empty()) plan.faulty.insert(settings_group);
  for (const Expanded& expanded : expand(stage_sections(document, kinds, problems), kinds, problems)) {
    for (const deck::Section& section : expanded.instances) {
      const std::size_t before = problems.all().size();
      if (stands_already(plan, section, problems)) break;
      plan.stages.push_back(find_kind(kinds, section.stage)->make(section, problems));
      if (problems.all().size() == before) continue;
      plan.faulty.insert(plan.stages.back()->group());
      break; // the other instances would repeat it
    }
  }
  return plan;
}

void check_references(const Plan& plan, deck::Problems& problems) {
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const Stage& stage = *plan.stages[i];
    if (!references_hold(plan, i, problems) || builds_on_faults(plan, stage)) continue;
    stage.check(plan, [&](const std::string& key, const std::string& what, const std::string& allowed) {
      auto problem = at_key(stage, key, what);
      problem.allowed = allowed;
      problems.add(std::move(problem));
    });
  }
}

} // namespace blockspin::campaign
