#pragma once
// All keys of one deck section, and how a section becomes its deck struct.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "blockspin/deck/document.hpp"
#include "blockspin/deck/field.hpp"

namespace blockspin::deck {

/// What every schema can tell without its deck struct.
class AnySchema {
public:
  AnySchema(std::string stage, std::string help) : stage_(std::move(stage)), help_(std::move(help)) {}
  virtual ~AnySchema() = default;
  const std::string& stage() const { return stage_; }
  const std::string& help() const { return help_; }
  virtual std::vector<KeyInfo> keys() const = 0;

private:
  std::string stage_;
  std::string help_;
};

/// A deck struct as read, with the layers whose keys differ.
template <class D>
struct Resolved {
  D deck;
  std::map<std::size_t, D> layers; ///< layer number from 1; only those with keys of their own

  /// The deck of layer `k`, from 1.
  const D& layer(std::size_t k) const {
    const auto found = layers.find(k);
    return found == layers.end() ? deck : found->second;
  }
};

/// `layer_2.l1` gives {2, "l1"}; a plain key gives {0, key}; `layer_0.x` or
/// `layer_x.y` is a plain, unknown key.
std::pair<std::size_t, std::string> split_layer(const std::string& key);
/// The problem of a key nobody declared, with the nearest that exists.
Problem unknown_key(const Section& section, const Entry& entry, const std::vector<KeyInfo>& keys);

/// Declares the keys of one section:
///     static const Schema<FlowDeck> schema(
///         "flow", "sends walkers through a machine",
///         field("rbm", &FlowDeck::rbm, "the machine").required().refers_to("machine"),
///         field("walkers", &FlowDeck::walkers, "walkers a start").check(at_least(1)));
/// Rules across keys follow with rule(): the text of what is wrong, or empty.
template <class D>
class Schema : public AnySchema {
public:
  using Rule = std::function<std::string(const Resolved<D>&)>;

  /// Takes any fields of D by value.
  template <class... Fields>
  Schema(std::string stage, std::string help, Fields... fields)
      : AnySchema(std::move(stage), std::move(help)) {
    (fields_.push_back(std::make_shared<Fields>(std::move(fields))), ...);
  }
  /// A condition across keys, reported at `key`.
  Schema rule(std::string key, Rule what_is_wrong) && {
    rules_.emplace_back(std::move(key), std::move(what_is_wrong));
    return std::move(*this);
  }

  std::vector<KeyInfo> keys() const override {
    std::vector<KeyInfo> all;
    for (const auto& field : fields_) all.push_back(field->info());
    return all;
  }

  /// Reads a section; whatever is wrong goes to `problems`. Local.
  Resolved<D> read(const Section& section, Problems& problems) const {
    Resolved<D> result;
    const std::size_t before = problems.all().size();
    for (const Entry& entry : section.entries) {
      if (split_layer(entry.key).first == 0) store(section, entry, entry.key, result.deck, problems, false);
    }
    for (const Entry& entry : section.entries) {
      const auto [layer, key] = split_layer(entry.key);
      if (layer == 0) continue;
      const auto at = result.layers.try_emplace(layer, result.deck).first;
      store(section, entry, key, at->second, problems, true);
    }
    for (const auto& field : fields_) {
      const KeyInfo& info = field->info();
      if (info.required && section.find(info.name) == nullptr && !is_misspelt(section, info.name))
        problems.add(
            {section.place, section.label() + "." + info.name, "is required and missing", info.allowed, {}});
    }
    if (problems.all().size() == before) apply_rules(section, result, problems);
    return result;
  }

  /// Every key with its text, layers' own keys as `layer_K.key`; what the archive records.
  ResolvedValues values(const Resolved<D>& resolved) const {
    ResolvedValues all;
    for (const auto& field : fields_)
      all.push_back({field->info().name, field->text(resolved.deck), field->info().may_grow});
    for (const auto& [layer, deck] : resolved.layers)
      for (const auto& field : fields_)
        if (field->text(deck) != field->text(resolved.deck))
          all.push_back({"layer_" + std::to_string(layer) + "." + field->info().name, field->text(deck),
                         field->info().may_grow});
    return all;
  }

  /// What the deck refers to: what it needs ("machine"), its name, and the key that says so.
  struct Reference {
    std::string what, name, key;
  };
  std::vector<Reference> references(const D& deck) const {
    std::vector<Reference> all;
    for (const auto& field : fields_)
      for (const std::string& name : field->references(deck))
        all.push_back({field->info().refers_to, name, field->info().name});
    return all;
  }

private:
  /// Whether a key that nobody declared was meant to be this one: then that is the one problem.
  bool is_misspelt(const Section& section, const std::string& key) const {
    const auto known = keys();
    return std::ranges::any_of(section.entries, [&](const Entry& entry) {
      const auto is_entry = [&](const KeyInfo& info) { return info.name == split_layer(entry.key).second; };
      return std::ranges::none_of(known, is_entry) && unknown_key(section, entry, known).nearest == key;
    });
  }
  void store(const Section& section, const Entry& entry, const std::string& key, D& deck, Problems& problems,
             bool for_layer) const {
    for (const auto& field : fields_) {
      if (field->info().name != key) continue;
      if (for_layer && !field->info().per_layer) break;
      try {
        if (entry.value.empty()) throw BadValue{"has no value", field->info().allowed};
        field->read(entry.value, deck);
      } catch (const BadValue& bad) {
        problems.add({entry.place, section.label() + "." + entry.key, bad.what, bad.allowed, bad.nearest});
      }
      return;
    }
    problems.add(unknown_key(section, entry, keys()));
  }
  void apply_rules(const Section& section, const Resolved<D>& result, Problems& problems) const {
    for (const auto& [key, rule] : rules_) {
      const std::string what = rule(result);
      if (what.empty()) continue;
      const Entry* entry = section.find(key);
      problems.add(
          {entry != nullptr ? entry->place : section.place, section.label() + "." + key, what, {}, {}});
    }
  }

  std::vector<std::shared_ptr<const AnyField<D>>> fields_;
  std::vector<std::pair<std::string, Rule>> rules_;
};

} // namespace blockspin::deck
