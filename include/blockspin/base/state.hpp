#pragma once
// How a long computation hands its state to a checkpoint and takes it back, without knowing any file format.

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "blockspin/base/slab.hpp"

namespace blockspin {

/// Where a stepper puts its state. Calls are collective: every rank makes the same calls in the same order.
class StateSink {
public:
  virtual ~StateSink() = default;

  /// Values that are the same on every rank.
  template <class T>
  void replicated(std::string_view name, std::span<const T> values) {
    put(name, element_type<T>(), Slab::whole({values.size()}), std::as_bytes(values), true);
  }
  template <class T>
  void replicated(std::string_view name, const T& value) {
    replicated(name, std::span<const T>(&value, 1));
  }
  /// This rank's slab of a global array; ranks' slabs are disjoint and together cover it, so that a state
  /// saved by n ranks can be loaded by m.
  template <class T>
  void distributed(std::string_view name, const Slab& slab, std::span<const T> values) {
    put(name, element_type<T>(), slab, std::as_bytes(values), false);
  }

protected:
  virtual void put(std::string_view name, ElementType type, const Slab& slab,
                   std::span<const std::byte> bytes, bool replicated) = 0;
};

/// Where a stepper takes its state from: the calls mirror those of the sink, each rank asking for the slab it
/// now owns. Collective. Throws ErrorKind::archive where a name, type or extent is not what was saved.
class StateSource {
public:
  virtual ~StateSource() = default;

  template <class T>
  void replicated(std::string_view name, std::span<T> values) {
    get(name, element_type<T>(), Slab::whole({values.size()}), std::as_writable_bytes(values), true);
  }
  template <class T>
  void replicated(std::string_view name, T& value) {
    replicated(name, std::span<T>(&value, 1));
  }
  template <class T>
  void distributed(std::string_view name, const Slab& slab, std::span<T> values) {
    get(name, element_type<T>(), slab, std::as_writable_bytes(values), false);
  }
  /// Global number of elements saved under `name`, for state whose length the program cannot know beforehand.
  virtual std::uint64_t n_saved(std::string_view name) = 0;

protected:
  virtual void get(std::string_view name, ElementType type, const Slab& slab, std::span<std::byte> bytes,
                   bool replicated) = 0;
};

/// What a computation too long for one step calls from inside, often enough (tenths of a second apart at
/// most, where it can): the run may stop there, by an exception, or write a checkpoint of the stepper at
/// work. Every rank calls it equally often. Empty: nobody listens.
using SafePoint = std::function<void()>;
/// Calls it where there is one.
inline void pass(const SafePoint& safe_point) {
  if (safe_point) safe_point();
}

/// A long loop cut into safe steps. The owner of the loop (campaign) decides when to checkpoint, report or
/// stop. All members are collective over the stepper's ranks. A stepper that is saved after step k, loaded
/// on any number of ranks and advanced gives bit for bit what it would have given undisturbed.
class Stepper {
public:
  virtual ~Stepper() = default;

  /// Whether there is nothing left to do; the same answer on every rank.
  virtual bool done() const = 0;
  /// One safe step: short (well below a second where possible), ending in a state that can be saved.
  virtual void advance() = 0;
  /// Work done and work in all, in any unit that grows evenly with time; for progress and ETA.
  virtual double work_done() const = 0;
  virtual double work_total() const = 0;
  /// What progress lines add on how the work goes, or nothing. Local.
  virtual std::string note() const { return {}; }
  virtual void save(StateSink& sink) const = 0;
  virtual void load(StateSource& source) = 0;
};

} // namespace blockspin
