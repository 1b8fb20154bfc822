#include "blockspin/campaign/read_plan.hpp"

#include <algorithm>
#include <filesystem>
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
const std::string model_key = "model";          // by which a stage names its model

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

/// Every [model.NAME] of the deck.
std::map<std::string, ModelDeck> read_models(const deck::Document& document, deck::Problems& problems) {
  std::map<std::string, ModelDeck> models;
  for (const deck::Section& section : document.sections)
    if (section.stage == model_schema().stage()) {
      if (section.name == "none" || section.name == "auto")
        problems.add({section.place,
                      "[" + section.label() + "]",
                      "'" + section.name + "' is a word that keys know by another meaning",
                      "another name",
                      {}});
      models.emplace(section.name, model_schema().read(section, problems).deck);
    }
  return models;
}

/// Runs `action`; what it finds wrong with a setting becomes a problem at the deck's key for it.
template <class Action>
void check_setting(const deck::Section& section, const std::string& key, const std::string& allowed,
                   deck::Problems& problems, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::setting) throw;
    problems.add({section.find(key)->place, section.label() + "." + key, error.message(), allowed, {}});
  }
}

/// Whether there can be such lattices, and the ranks and each lattice allow the layout that is asked for.
void check_layout(const deck::Document& document, const Plan& plan, deck::Problems& problems) {
  if (!problems.empty()) return;
  for (const auto& [name, model] : plan.models) {
    std::optional<lattice::Geometry> geometry;
    check_setting(*document.find("model", name), "lattice", {}, problems,
                  [&] { geometry.emplace(model.lattice.values); });
    if (!geometry || !plan.parallel.domains) continue;
    check_setting(*document.find("parallel", "main"), "domains",
                  "auto, a number of ranks, or one for each axis", problems, [&] {
                    replica::plan_ranks(*geometry, 1, plan.n_ranks, {{plan.parallel.domains->values}});
                  });
  }
}

std::vector<deck::Section> stage_sections(const deck::Document& document, std::span<const Kind> kinds,
                                          deck::Problems& problems) {
  std::vector<deck::Section> stages;
  const auto known = known_stages(kinds);
  for (const deck::Section& section : document.sections) {
    if (is_setting(section)) {
      if (section.name != "main" && section.stage != model_schema().stage())
        problems.add(
            {section.place, "[" + section.label() + "]", "takes no name", "[" + section.stage + "]", {}});
    } else if (find_kind(kinds, section.stage) == nullptr) {
      problems.add({section.place, "[" + section.label() + "]", "is not a known section", joined(known, ", "),
                    nearest(section.stage, known)});
    } else {
      stages.push_back(section);
    }
  }
  return stages;
}

/// Names of everything a reference could mean: earlier in the deck, or in the archive.
std::vector<std::string> candidates(const Plan& plan, std::size_t n_earlier, const std::string& what) {
  std::vector<std::string> names;
  for (const Kind& kind : plan.kinds) {
    if (kind.provides != what) continue;
    const std::string& section = kind.schema->stage();
    for (std::size_t i = 0; i < n_earlier; ++i)
      if (plan.stages[i]->kind() == section) names.push_back(plan.stages[i]->name());
    if (plan.archive == nullptr) continue;
    const std::string prefix = "/" + section + "/";
    for (const std::string& group : plan.archive->groups())
      if (group.starts_with(prefix)) names.push_back(group.substr(prefix.size()));
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool in_archive(const Plan& plan, const std::string& group) {
  if (plan.archive == nullptr) return false;
  const auto found = plan.archive->group(group);
  return found && found->status == "complete";
}

/// The model of this name that a stage of the archive was made with, where the deck has another under it.
struct Disagreement {
  std::string key, stored, here;
};
std::vector<Disagreement> disagreements(const Plan& plan, const Stage& stored) {
  const std::string name = deck::text_of(stored.values(), model_key);
  const auto here = plan.models.find(name);
  const auto then = plan.model_of(stored, name);
  if (!then || here == plan.models.end()) return {};
  std::vector<Disagreement> all;
  const auto then_values = model_schema().values({*then, {}}),
             now = model_schema().values({here->second, {}});
  for (std::size_t i = 0; i < now.size(); ++i)
    if (now[i].text != then_values[i].text)
      all.push_back({"model." + now[i].key, then_values[i].text, now[i].text});
  return all;
}

/// False, and a problem, where what is in the archive was made with another model than the deck's.
bool model_agrees(const Plan& plan, const Stage& stage, const Reference& reference,
                  deck::Problems& problems) {
  const Stage* const stored = plan.stage(reference.group);
  if (stored == nullptr) return true;
  const auto differing = disagreements(plan, *stored);
  for (const auto& [key, then, here] : differing) {
    auto problem = stage.problem_at(reference.key, reference.group + " was made with " + key + " = " + then);
    problem.allowed = "what was made with the deck's own, " + here;
    problems.add(std::move(problem));
  }
  return differing.empty();
}

/// False, and a problem, where stage number `i` refers to nothing.
bool references_hold(const Plan& plan, std::size_t i, deck::Problems& problems) {
  const Stage& stage = *plan.stages[i];
  bool all = true;
  for (const Reference& reference : stage.references(plan)) {
    if (reference.name.empty()) continue; // the key is missing, and has been reported
    if (plan.place_of(reference.group) < i) continue;
    if (in_archive(plan, reference.group)) {
      all = model_agrees(plan, stage, reference, problems) && all;
      continue;
    }
    const auto names = candidates(plan, i, reference.what);
    auto problem = stage.problem_at(reference.key,
                                    providers_of(plan.kinds, reference.what) + " '" + reference.name +
                                        "' is found neither earlier in the deck nor in the archive" +
                                        (plan.find(reference.group) != nullptr ? " (it stands later)" : ""));
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
                     [&](const Reference& reference) { return plan.faulty.contains(reference.group); });
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

deck::Problem name_of_two(const deck::Section& section, const std::string& other, const std::string& what) {
  return {section.place,
          "[" + section.label() + "]",
          other + " is called so too, and a key could mean either",
          "a name that no other " + what + " has",
          {}};
}

/// True, and a problem, where the archive has another provider of that name.
bool is_named_in_archive(const Plan& plan, const deck::Section& section, deck::Problems& problems) {
  const std::string& what = find_kind(plan.kinds, section.stage)->provides;
  if (what.empty()) return false;
  for (const Kind& kind : plan.kinds) {
    const std::string other = "/" + kind.schema->stage() + "/" + section.name;
    if (kind.provides != what || kind.schema->stage() == section.stage || !in_archive(plan, other)) continue;
    problems.add(name_of_two(section, other + " of the archive", what));
    return true;
  }
  return false;
}

/// A section of the list that provides the same under the same name, as it is written; empty where there is none.
std::string namesake(const Plan& plan, const deck::Section& section, const std::string& what) {
  for (const deck::Section& other : plan.sections)
    if (other.stage != section.stage && other.name == section.name &&
        find_kind(plan.kinds, other.stage)->provides == what)
      return "[" + other.label() + "]";
  return {};
}

/// Takes those of `sections` into the plan whose names can be their own. Another one is a problem: the name of what
/// provides something must be no word that keys know, and no name of another provider.
void take_sections(Plan& plan, const std::vector<deck::Section>& sections, deck::Problems& problems) {
  const auto reserved = reserved_names(plan.kinds);
  for (const deck::Section& section : sections) {
    const std::string& what = find_kind(plan.kinds, section.stage)->provides;
    if (!what.empty() && std::ranges::find(reserved, section.name) != reserved.end())
      problems.add({section.place,
                    "[" + section.label() + "]",
                    "'" + section.name + "' is a word that keys know by another meaning",
                    "any other name",
                    {}});
    else if (const std::string other = namesake(plan, section, what); !what.empty() && !other.empty())
      problems.add(name_of_two(section, other, what));
    else
      plan.sections.push_back(section);
  }
}

/// True, and a problem, where an instance of a scan has the name of another provider.
bool has_taken_name(const Plan& plan, const deck::Section& section, deck::Problems& problems) {
  const std::string& what = find_kind(plan.kinds, section.stage)->provides;
  if (what.empty()) return false;
  const std::string other = plan.group_of(what, section.name);
  const bool taken = other != "/" + section.stage + "/" + section.name && plan.find(other) != nullptr;
  if (taken) problems.add(name_of_two(section, other, what));
  return taken;
}

/// Keys that name a model must name one of the deck; models that no stage names are warned about.
void check_model_names(const deck::Document& document, Plan& plan, deck::Problems& problems) {
  std::set<std::string> used;
  std::vector<std::string> names;
  for (const auto& [name, model] : plan.models) names.push_back(name);
  const auto check_name = [&](const Stage& stage, const deck::KeyInfo& key) {
    const std::string name = deck::text_of(stage.values(), key.name);
    if (std::ranges::find(key.builtin_names, name) != key.builtin_names.end()) return;
    if (!used.insert(name).second || plan.models.contains(name)) return;
    if (name == "main" && names.empty()) {
      model_schema().read({"model", "main", {document.path, 0}, {}}, problems);
      return;
    }
    auto problem = stage.problem_at(key.name, "[model] '" + name + "' is not in the deck");
    problem.allowed = names.empty() ? "there is none yet" : joined(names, ", ");
    problem.nearest = nearest(name, names);
    problems.add(std::move(problem));
  };
  for (const auto& stage : plan.stages)
    for (const deck::KeyInfo& key : find_kind(plan.kinds, stage->kind())->schema->keys())
      if (key.names_model) check_name(*stage, key);
  if (plan.stages.empty() && names.empty())
    model_schema().read({"model", "main", {document.path, 0}, {}}, problems);
  for (const std::string& name : names)
    if (!plan.stages.empty() && !used.contains(name))
      plan.warnings.push_back("[model" + (name == "main" ? "" : "." + name) + "]: no stage uses it");
}

std::string lattice_text(const ModelDeck& model) { return deck::Codec<deck::Extents>::text(model.lattice); }

/// False, and a problem, where what the stage reads is of several lattices.
bool lattices_agree(const Plan& plan, const Stage& stage, deck::Problems& problems) {
  std::optional<ModelDeck> first;
  for (const Reference& reference : stage.references(plan)) {
    const Stage* const read = plan.stage(reference.group);
    const auto model = read == nullptr ? std::nullopt : read->model(plan);
    if (!model) continue;
    if (!first) first = model;
    if (lattice_text(*model) == lattice_text(*first)) continue;
    auto problem =
        stage.problem_at(reference.key, reference.group + " is of a lattice " + lattice_text(*model));
    problem.allowed = "what is of " + lattice_text(*first) + ", as the rest that the stage reads";
    problems.add(std::move(problem));
    return false;
  }
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
  plan.deck_folder = std::filesystem::path(document.path).parent_path().string();
  plan.models = read_models(document, problems);
  plan.parallel = read_setting(document, parallel_schema(), problems);
  plan.n_ranks = n_ranks;
  check_layout(document, plan, problems);
  if (!problems.empty()) plan.faulty.insert(settings_group);
  take_sections(plan, stage_sections(document, kinds, problems), problems);
  for (const Expanded& expanded : expand(plan.sections, kinds, problems)) {
    for (const deck::Section& section : expanded.instances) {
      const std::size_t before = problems.all().size();
      if (stands_already(plan, section, problems) || has_taken_name(plan, section, problems)) break;
      plan.add(find_kind(kinds, section.stage)->make(section, problems));
      if (problems.all().size() == before) continue;
      plan.faulty.insert(plan.stages.back()->group());
      break; // the other instances would repeat it
    }
  }
  const std::size_t before = problems.all().size();
  check_model_names(document, plan, problems);
  if (problems.all().size() > before) plan.faulty.insert(settings_group);
  return plan;
}

void look_at_files(Plan& plan, const mpi::Communicator& comm, deck::Problems& problems) {
  int faulty_line = -1; // of a section whose other instances would repeat the problem
  for (const auto& stage : plan.stages) {
    const int line = stage->section().place.line;
    const std::size_t before = problems.all().size();
    if (plan.faulty.contains(stage->group())) continue;
    if (line != faulty_line) stage->look(comm, plan, Complain(*stage, problems));
    if (problems.all().size() > before) faulty_line = line;
    if (line == faulty_line) plan.faulty.insert(stage->group());
  }
}

void check_references(const Plan& plan, deck::Problems& problems) {
  std::set<int> taken; // lines of sections whose names are
  for (const deck::Section& section : plan.sections)
    if (is_named_in_archive(plan, section, problems)) taken.insert(section.place.line);
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const Stage& stage = *plan.stages[i];
    if (taken.contains(stage.section().place.line)) continue;
    if (is_named_in_archive(plan, stage.section(), problems)) continue;
    if (!references_hold(plan, i, problems) || builds_on_faults(plan, stage)) continue;
    if (!lattices_agree(plan, stage, problems)) continue;
    stage.check(plan, Complain(stage, problems));
  }
}

} // namespace blockspin::campaign
