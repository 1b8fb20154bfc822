#pragma once
// Records of doubles in a state, as one array of them.

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "blockspin/base/state.hpp"

namespace blockspin::train {

template <class Record>
void save_records(StateSink& sink, const std::string& name, const std::vector<Record>& records) {
  static_assert(std::is_trivially_copyable_v<Record> && sizeof(Record) % sizeof(double) == 0);
  std::vector<double> values(records.size() * sizeof(Record) / sizeof(double));
  // memcpy takes no null pointer, not even for nothing.
  if (!records.empty()) std::memcpy(values.data(), records.data(), values.size() * sizeof(double));
  sink.replicated(name, std::span<const double>(values));
}

template <class Record>
void load_records(StateSource& source, const std::string& name, std::vector<Record>& records) {
  std::vector<double> values(source.n_saved(name));
  source.replicated(name, std::span<double>(values));
  records.resize(values.size() * sizeof(double) / sizeof(Record));
  if (!records.empty())
    std::memcpy(static_cast<void*>(records.data()), values.data(), records.size() * sizeof(Record));
}

} // namespace blockspin::train
