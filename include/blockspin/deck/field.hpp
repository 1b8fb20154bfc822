#pragma once
// One deck key: its one declaration, from which parsing, checking, the reference and the
// archive's record all follow.

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "blockspin/deck/codec.hpp"

namespace blockspin::deck {

/// What the reference pages and messages say of a key.
struct KeyInfo {
  std::string name;
  std::string type;
  std::string allowed;
  std::string default_text;  ///< as the reference shows it; empty where required
  std::string default_value; ///< as the archive records it
  std::string unit;
  std::string help;
  bool required = false;
  bool may_grow = false;
  bool per_layer = false;
  std::string refers_to;                  ///< what the value names ("ensemble", "machine"), or empty
  bool names_model = false;               ///< the value names a [model]
  std::vector<std::string> builtin_names; ///< values of a reference that name no instance
  std::string scans;                      ///< the key this one gives values to, one instance each, or empty
  std::string suffix;                     ///< of instances: `h` makes NAME_h16 of the value 16
  bool counts_copies = false; ///< the value is a number of instances that differ in random numbers alone
};

/// A condition on a number, applied to each element of a list, to each extent, and to
/// a value that is not `auto`.
struct Check {
  std::function<bool(double)> holds;
  std::string allowed;
};
Check at_least(double least);
Check above(double bound);
Check at_most(double most);
/// least <= x <= most.
Check between(double least, double most);
/// low < x < high.
Check inside(double low, double high);
/// A temperature that is neither 0 nor inf.
Check finite_temperature();
/// low <= x < high.
Check from_below(double low, double high);

template <class T>
bool holds_for(const Check& check, const T& value) {
  if constexpr (std::is_arithmetic_v<T>)
    return check.holds(static_cast<double>(value));
  else if constexpr (requires { value.has_value(); })
    return !value || holds_for(check, *value);
  else if constexpr (requires { value.values; })
    return holds_for(check, value.values);
  else if constexpr (requires { value.begin(); } && !std::is_same_v<T, std::string>)
    return std::all_of(value.begin(), value.end(),
                       [&](const auto& element) { return holds_for(check, element); });
  else
    return true; // a choice or a text has no size
}

template <class T>
inline constexpr bool is_number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;
template <class T>
inline constexpr bool is_number<std::optional<T>> = is_number<T>;
/// Also a list of numbers, each of which has to pass the key's checks.
template <class T>
inline constexpr bool is_of_numbers = is_number<T>;
template <class T>
inline constexpr bool is_of_numbers<std::vector<T>> = is_number<T>;
template <class T>
inline constexpr bool is_of_numbers<std::optional<std::vector<T>>> = is_number<T>;

/// A path is taken as it stands: whether a text holds no ~ at its beginning and no $, which only shells replace.
bool is_literal_path(const std::string& path);
inline constexpr const char* literal_path = "a path; ~ and $ are not replaced, write them out";

/// A field of deck struct D, its member's type erased.
template <class D>
class AnyField {
public:
  virtual ~AnyField() = default;
  virtual const KeyInfo& info() const = 0;
  /// Parses, checks and stores; throws BadValue.
  virtual void read(std::string_view text, D& deck) const = 0;
  virtual std::string text(const D& deck) const = 0;
  /// The instance names a reference key holds; none for other keys, values left open, and built-in names.
  virtual std::vector<std::string> references(const D& deck) const = 0;
};

/// The builder; schema.hpp has an example. The default is the member's own initialiser in the deck struct.
template <class D, class T>
class Field : public AnyField<D> {
public:
  Field(std::string name, T D::*member, std::string help) : member_(member) {
    info_.name = std::move(name);
    info_.type = Codec<T>::type();
    info_.allowed = Codec<T>::allowed();
    info_.help = std::move(help);
    info_.default_value = Codec<T>::text(D{}.*member);
    info_.default_text = info_.default_value;
  }

  Field required() && {
    info_.required = true;
    info_.default_text.clear();
    return std::move(*this);
  }
  Field unit(std::string text) && {
    info_.unit = std::move(text);
    return std::move(*this);
  }
  /// What is shown for a default whose own text says too little.
  Field default_text(std::string text) && {
    info_.default_text = std::move(text);
    return std::move(*this);
  }
  Field check(Check check) && {
    // The first check narrows the type's own words; further ones join it.
    constexpr std::string_view widest = " >= 0";
    if (checks_.empty() && info_.allowed.ends_with(widest))
      info_.allowed.resize(info_.allowed.size() - widest.size());
    info_.allowed += ", " + check.allowed;
    checks_.push_back(std::move(check));
    return std::move(*this);
  }
  /// A condition on the whole value.
  Field check_whole(std::function<bool(const T&)> holds, std::string allowed) && {
    info_.allowed = std::move(allowed);
    whole_.push_back(std::move(holds));
    return std::move(*this);
  }
  /// A larger value with --resume continues the finished stage (more configurations, epochs, steps).
  Field may_grow() && {
    info_.may_grow = true;
    return std::move(*this);
  }
  /// `layer_2.key = ...` overrides the key for layer 2.
  Field per_layer() && {
    info_.per_layer = true;
    return std::move(*this);
  }
  /// The value (text, list of texts, or auto) names stages that provide `what` ("ensemble"), or one of
  /// `builtin_names`.
  Field refers_to(std::string what, std::vector<std::string> builtin_names = {}) && {
    describe_name(what, std::move(builtin_names));
    info_.refers_to = std::move(what);
    return std::move(*this);
  }
  /// The value names a [model], or is one of `builtin_names`.
  Field names_model(std::vector<std::string> builtin_names = {}) && {
    describe_name("model", std::move(builtin_names));
    info_.names_model = true;
    return std::move(*this);
  }

  /// The section stands for one instance for each value of this list, in which `key` has the value; with
  /// suffix "h" they are named `name_h16` and so on.
  Field scans(std::string key, std::string suffix) && {
    info_.scans = std::move(key);
    info_.suffix = std::move(suffix);
    return std::move(*this);
  }
  /// The section stands for that many instances; with suffix "s" `name_s1` and so on. Their names give them
  /// random numbers of their own.
  Field counts_copies(std::string suffix) && {
    info_.counts_copies = true;
    info_.suffix = std::move(suffix);
    return std::move(*this);
  }

  const KeyInfo& info() const override { return info_; }
  void read(std::string_view text, D& deck) const override {
    T value = parsed(text);
    for (const Check& check : checks_)
      if (!holds_for(check, value))
        throw BadValue{"'" + std::string(text) + "' is out of range", info_.allowed};
    for (const auto& holds : whole_)
      if (!holds(value)) throw BadValue{"'" + std::string(text) + "' is not allowed", info_.allowed};
    deck.*member_ = std::move(value);
  }
  std::string text(const D& deck) const override { return Codec<T>::text(deck.*member_); }
  std::vector<std::string> references(const D& deck) const override {
    const T& value = deck.*member_;
    if (info_.refers_to.empty()) return {};
    if constexpr (requires { value.has_value(); })
      if (!value) return {};
    std::vector<std::string> names{text(deck)};
    if constexpr (std::is_same_v<T, std::vector<std::string>>) names = value;
    std::erase_if(names, [&](const std::string& name) {
      return std::ranges::find(info_.builtin_names, name) != info_.builtin_names.end();
    });
    return names;
  }

private:
  void describe_name(const std::string& what, std::vector<std::string> builtin_names) {
    const bool vowel = std::string_view("aeiou").find(what.front()) != std::string_view::npos;
    info_.type = (vowel ? "name of an " : "name of a ") + what;
    const bool may_be_auto = info_.allowed.starts_with("auto");
    info_.allowed = (may_be_auto ? "auto, or " : "") + ("the " + info_.type);
    for (const std::string& name : builtin_names) info_.allowed += ", or " + name;
    info_.builtin_names = std::move(builtin_names);
  }
  /// What is allowed of a number is what the key's checks say of it.
  T parsed(std::string_view text) const {
    try {
      return Codec<T>::parse(text);
    } catch (BadValue& bad) {
      if (is_of_numbers<T> && !(checks_.empty() && whole_.empty())) bad.allowed = info_.allowed;
      throw;
    }
  }

  T D::*member_;
  KeyInfo info_;
  std::vector<Check> checks_;
  std::vector<std::function<bool(const T&)>> whole_;
};

template <class D, class T>
Field<D, T> field(std::string name, T D::*member, std::string help) {
  return Field<D, T>(std::move(name), member, std::move(help));
}

} // namespace blockspin::deck
