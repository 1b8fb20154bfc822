#include "blockspin/stages/import.hpp"

namespace blockspin::deck {

using Which = Codec<stages::ImportTemperatures>;

namespace {

/// Whether a text is meant as temperatures: lists and ranges, and whatever has a number's characters alone.
bool is_list(std::string_view text) {
  if (text.find('/') != std::string_view::npos) return false;
  return text == "inf" || text.find_first_of(",:") != std::string_view::npos ||
         text.find_first_not_of("0123456789.+-eE") == std::string_view::npos;
}

} // namespace

Which::Value Which::parse(std::string_view text) {
  if (text == "none") return {};
  if (!is_list(text)) return {std::nullopt, parse_string(text)};
  try {
    return {parse_temperatures(text), {}};
  } catch (BadValue& bad) { // it may have been meant as a name
    bad.allowed = allowed();
    throw;
  }
}

std::string Which::text(const Value& value) {
  if (value.list) return Codec<Temperatures>::text(*value.list);
  return value.labels.empty() ? "none" : value.labels;
}

std::string Which::allowed() {
  return "none; " + Codec<Temperatures>::allowed() +
         "; or the name, without comma and colon, of a dataset or file of labels";
}

} // namespace blockspin::deck

namespace blockspin::stages {

namespace {

using Resolved = deck::Resolved<ImportDeck>;

std::string wrong_lattice(const Resolved& resolved) {
  const bool both = resolved.deck.lattice && resolved.deck.model != "none";
  return both ? "is that of the model; set model = none where the configurations are of no [model]" : "";
}

} // namespace

std::vector<std::string> choice_names(ImportEncoding) { return {"auto", "spin", "binary", "packed"}; }

const deck::Schema<ImportDeck>& ImportStage::schema() {
  using deck::field;
  using D = ImportDeck;
  static const auto schema =
      deck::Schema<D>(
          "import", "configurations that another program made",
          field("file", &D::file,
                "a .npy file, an HDF5 file, or a text with one configuration a line; relative to the deck's "
                "folder. Axes: [configuration, unit], or [temperature, configuration, unit]; in place of the "
                "unit the lattice's own axes")
              .check_whole(deck::is_literal_path, deck::literal_path)
              .required(),
          field("dataset", &D::dataset, "of an HDF5 file: the path of the dataset"),
          field(
              "encoding", &D::encoding,
              "spin: -1 and 1; binary: 0 and 1; packed: one bit a spin, as in an archive (unit s is bit s%8 "
              "of byte s/8, padding 0); auto: spin or binary, as the values say"),
          field(
              "temperatures", &D::temperatures,
              "of equal consecutive blocks of configurations, or of the file's first axis; or where labels "
              "are, one number a configuration, as many configurations at each temperature: a dataset of the "
              "HDF5 file, else a .npy or text file; none: one class without a temperature")
              .unit("J/k_B")
              .check_whole(
                  [](const ImportTemperatures& temperatures) {
                    return deck::is_literal_path(temperatures.labels);
                  },
                  deck::Codec<ImportTemperatures>::allowed() + "; ~ and $ are not replaced, write them out"),
          field("model", &D::model,
                "the [model] whose configurations these are; none: energies, exact results and thermometers "
                "of a model are not available")
              .names_model({"none"}),
          field("lattice", &D::lattice,
                "with model = none: the lattice on which units stand, such as 8x8 for pictures; none: they "
                "have no places")
              .check_whole(
                  [](const OrNone<deck::Extents>& extents) {
                    for (const auto extent : extents.value_or(deck::Extents{{3}}).values)
                      if (extent < 3) return false;
                    return extents.value_or(deck::Extents{}).values.size() <= 3;
                  },
                  "none, or one to three extents, each >= 3, joined by x"))
          .rule("lattice", wrong_lattice);
  return schema;
}

std::vector<archive::Row> ImportStage::rows() {
  using enum ElementType;
  const archive::Axis temperature{"temperature", "temperature"};
  const archive::Axis configuration{"configuration", ""};
  std::vector<archive::Row> rows = ensemble_rows();
  rows.front().description += "; NaN of the one class without temperatures";
  const std::vector<archive::Row> own = {
      {"energy", f64, {temperature, configuration}, "J", "energy per spin of the configurations"},
      {"magnetization",
       f64,
       {temperature, configuration},
       "1",
       "magnetisation per spin of the configurations"},
      {"observables/{observable}/mean",
       f64,
       {temperature},
       "1",
       "{observable}: mean over the configurations, per spin where it is extensive; J = k_B = 1; a Binder "
       "cumulant is NaN where the magnetisation was 0 in every configuration"},
      {"observables/{observable}/error",
       f64,
       {temperature},
       "1",
       "{observable}: standard error of the mean; configurations are taken as one chain, in their order"},
  };
  rows.insert(rows.end(), own.begin(), own.end());
  return rows;
}

} // namespace blockspin::stages
