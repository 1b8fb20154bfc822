#include "blockspin/stages/import.hpp"

#include "blockspin/archive/file_hash.hpp"
#include "blockspin/archive/own_files.hpp"
#include "blockspin/base/packed.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/mpi/agree.hpp"
#include "import_labels.hpp"
#include "import_read.hpp"

namespace blockspin::stages {

namespace {

/// "2x1000x64", as look() records it.
std::vector<std::uint64_t> parse_shape(const std::string& text) {
  std::vector<std::uint64_t> extent;
  for (const std::string& piece : split(text, 'x'))
    extent.push_back(deck::Codec<std::uint64_t>::parse(piece));
  return extent;
}

} // namespace

void ImportStage::look(const mpi::Communicator& comm, const campaign::Plan& plan,
                       const campaign::Complain& complain) {
  const std::string path = plan.path_of(deck().file);
  if (archive::is_of_archive(comm, path, plan.archive_path()))
    return complain("file", "is the archive of this campaign, which every stage changes", "another file");
  const bool opened = complain.reads("file", [&] {
    table_ = tables::open_table(comm, path, deck().dataset.value_or(""));
    rest_on({"file_hash", archive::file_hash(comm, path)});
    rest_on({"file_shape", tables::shape_text(table_->extent())});
  });
  if (opened && !deck().temperatures.labels.empty())
    complain.reads("temperatures", [&] { look_at_labels(comm, plan); });
}

void ImportStage::look_at_labels(const mpi::Communicator& comm, const campaign::Plan& plan) {
  const std::string& name = deck().temperatures.labels;
  const std::string path = deck().dataset ? table_->path() : plan.path_of(name);
  const auto table = tables::open_table(comm, path, deck().dataset ? name : "");
  mpi::agreed(comm, [&] { labels_ = read_labels(*table); });
  if (!deck().dataset) rest_on({"labels_hash", archive::file_hash(comm, path)});
  labels_path_ = path;
  rest_on({"label_temperatures", deck::Codec<deck::Temperatures>::text({distinct_labels(labels_)})});
}

std::string ImportStage::found(const campaign::Plan& plan, const std::string& key) const {
  if (table_) return deck::text_of(values(), key);
  const auto stored = plan.archive == nullptr ? std::nullopt : plan.archive->group(group());
  const auto value = stored ? stored->values.find(key) : decltype(stored->values.find(key)){};
  return stored && value != stored->values.end() ? h5::to_text(value->second) : std::string();
}

std::optional<campaign::ModelDeck> ImportStage::model(const campaign::Plan& plan) const {
  return deck().model == "none" ? std::nullopt : plan.model_of(*this, deck().model);
}

std::vector<std::uint64_t> ImportStage::lattice(const campaign::Plan& plan) const {
  if (const auto of = model(plan)) return of->lattice.values;
  return deck().lattice.value_or(deck::Extents{}).values;
}

std::optional<deck::Temperatures> ImportStage::temperatures(const campaign::Plan& plan) const {
  if (deck().temperatures.labels.empty()) return deck().temperatures.list;
  const std::string text = found(plan, "label_temperatures");
  return text.empty() ? std::nullopt : std::optional(deck::Codec<deck::Temperatures>::parse(text));
}

ImportLayout ImportStage::layout(const campaign::Plan& plan) const {
  const auto extent = table_ ? table_->extent() : parse_shape(found(plan, "file_shape"));
  const auto known = temperatures(plan);
  return import_layout(extent, lattice(plan), deck().encoding == ImportEncoding::packed,
                       known ? known->values.size() : 0, !deck().temperatures.labels.empty());
}

EnsembleInfo ImportStage::ensemble_info(const campaign::Plan& plan) const {
  const ImportLayout shape = layout(plan);
  return {.group = group(),
          .temperatures = temperatures(plan),
          .n_configurations = shape.n_configurations(),
          .n_ladders = 1,
          .n_sites = shape.n_sites,
          .lattice = lattice(plan),
          .model = model(plan)};
}

std::string ImportStage::wrong_labels(const ImportLayout& layout) const {
  const std::uint64_t n = labels_.size();
  if (n != layout.n_rows && !(layout.n_leading == 2 && n == table_->extent().front()))
    return "there are " + std::to_string(n) + " labels, and " + std::to_string(layout.n_rows) +
           " configurations";
  return unequal_labels(labels_, distinct_labels(labels_));
}

void ImportStage::check(const campaign::Plan& plan, const campaign::Complain& complain) const {
  const ImportLayout shape = layout(plan);
  const bool labelled = !deck().temperatures.labels.empty();
  const std::string wrong = labelled && shape.n_rows > 0 ? wrong_labels(shape) : "";
  if (!wrong.empty())
    complain.of_file("temperatures", labels_path_ + ": " + wrong);
  else if (!shape.problem.empty())
    complain.of_file("file", table_->path() + ": " + shape.problem);
}

campaign::Estimate ImportStage::estimate(const campaign::Plan& plan, int n_ranks) const {
  constexpr double program_bytes = 5e7, numbers_a_second = 3e8;
  const ImportLayout shape = layout(plan);
  const auto n_rows = static_cast<double>(shape.n_rows), n_sites = static_cast<double>(shape.n_sites);
  const bool measured = model(plan).has_value();
  campaign::Estimate cost;
  cost.memory_per_rank = program_bytes + 2 * import_step_bytes + n_rows * (labels_.empty() ? 0 : 16) +
                         (measured ? 16 * n_rows / n_ranks : 0);
  cost.archive_bytes =
      n_rows * static_cast<double>(packed_bytes(shape.n_sites)) + (measured ? 16 * n_rows : 0);
  cost.work = n_rows;
  cost.work_unit = "configurations";
  cost.seconds = n_rows * n_sites / numbers_a_second;
  cost.layout = std::to_string(shape.n_classes) + " x " + std::to_string(shape.n_configurations()) +
                " configurations of " + std::to_string(shape.n_sites) + " units, divided over " +
                counted(static_cast<std::uint64_t>(n_ranks), "rank");
  return cost;
}

void ImportStage::run(campaign::Context& context) {
  const ImportLayout shape = layout(context.plan());
  const auto known = temperatures(context.plan());
  std::vector<double> labels = labels_;
  if (labels.size() < shape.n_rows && !labels.empty()) { // of the file's first axis
    labels.resize(shape.n_rows);
    for (std::uint64_t i = 0; i < shape.n_rows; ++i) labels[i] = labels_[i / table_->extent()[1]];
  }
  const auto order = labels.empty() ? std::vector<std::uint64_t>{} : order_by_labels(labels, known->values);
  mpi::agreed(context.comm(), [&] { table_->require_unchanged(); });
  import_configurations(context, {*table_, shape, deck().encoding, order,
                                  known ? known->values : std::vector<double>{}, model(context.plan())});
}

} // namespace blockspin::stages
