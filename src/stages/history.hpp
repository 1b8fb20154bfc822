#pragma once
// The history of a training: its datasets, for the stages that train machines.

#include <functional>
#include <string>
#include <vector>

#include "blockspin/archive/archive.hpp"
#include "blockspin/train/epoch_record.hpp"

namespace blockspin::stages {

/// Adds those of the training `which` below `path`, of an axis of this name.
void add_history(std::vector<archive::Row>& rows, const std::string& path, const std::string& axis_name,
                 const std::string& which);
/// Epochs after which something was recorded: every so many.
void write_epochs(archive::StageWriter& writer, const std::string& path, std::size_t n,
                  std::uint64_t interval);
/// Writes of every record what `value` says of it.
template <class Record, class Value>
void write_column(archive::StageWriter& writer, const std::string& path, const std::vector<Record>& records,
                  Value value) {
  std::vector<double> values;
  for (const Record& record : records) values.push_back(std::invoke(value, record));
  writer.write_replicated(path, {values.size()}, std::span<const double>(values));
}
/// Nothing where no epoch was completed. Collective.
void write_history(archive::StageWriter& writer, const std::string& path,
                   const std::vector<train::EpochRecord>& history);

} // namespace blockspin::stages
