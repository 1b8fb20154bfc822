#include "history.hpp"

namespace blockspin::stages {

void add_history(std::vector<archive::Row>& rows, const std::string& path, const std::string& axis_name,
                 const std::string& which) {
  const archive::Axis epoch{axis_name, path + "/epoch"};
  const auto add = [&](const char* name, const std::string& description) {
    rows.push_back({path + "/" + name, ElementType::f64, {epoch}, "1", which + ": " + description});
  };
  rows.push_back({path + "/epoch", ElementType::u64, {epoch}, "1", which + ": epochs done, from 1"});
  add("reconstruction_error",
      "mean squared difference a visible unit between data and its reconstruction after one Gibbs step");
  add("gradient_norm", "root of the sum of squares of the weight gradient of the epoch's last batch");
  add("weight_norm", "root of the sum of squares of the weights after the epoch");
  add("learning_rate", "learning rate of the epoch");
}

void write_epochs(archive::StageWriter& writer, const std::string& path, std::size_t n,
                  std::uint64_t interval) {
  std::vector<std::uint64_t> epoch(n);
  for (std::size_t i = 0; i < n; ++i) epoch[i] = (i + 1) * interval;
  writer.write_replicated(path, {n}, std::span<const std::uint64_t>(epoch));
}

void write_history(archive::StageWriter& writer, const std::string& path,
                   const std::vector<train::EpochRecord>& history) {
  using Record = train::EpochRecord;
  if (history.empty()) return; // it diverged in its first epoch
  write_epochs(writer, path + "/epoch", history.size(), 1);
  write_column(writer, path + "/reconstruction_error", history, &Record::reconstruction_error);
  write_column(writer, path + "/gradient_norm", history, &Record::gradient_norm);
  write_column(writer, path + "/weight_norm", history, &Record::weight_norm);
  write_column(writer, path + "/learning_rate", history, &Record::learning_rate);
}

} // namespace blockspin::stages
