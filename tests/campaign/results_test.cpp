// The lines that tell what an archive's stages found are never more than asked for, and all groups are in them.

#include "blockspin/campaign/results.hpp"

#include <gtest/gtest.h>

#include "blockspin/archive/provenance.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace blockspin::campaign {
namespace {

using Lines = std::vector<std::string>;

struct NoKeys {};

/// Stages a, b and c, whose groups hold a number.
const std::vector<Kind>& kinds() {
  static const deck::Schema<NoKeys> a("a", ""), b("b", ""), c("c", "");
  static const std::vector<archive::Row> rows{{"n", ElementType::u64, {}, "1", "a number"}};
  const auto results = [](const archive::Archive&, const std::string&) { return std::string("told"); };
  static const std::vector<Kind> all{
      {&a, rows, {}, "", {}, results}, {&b, rows, {}, "", {}, results}, {&c, rows, {}, "", {}, results}};
  return all;
}

/// Of an archive with so many groups of a, b and c.
Lines lines_of(const std::vector<std::size_t>& n_groups, std::size_t most_lines) {
  const ScratchFolder folder(test_world());
  auto archive = archive::Archive::open_for_run(
      test_world(), folder.file("run.h5"), archive::OnExisting::refuse, {"", 7}, archive::Storage::single);
  archive.set_run(archive::start_record());
  for (std::size_t kind = 0; kind < n_groups.size(); ++kind)
    for (std::size_t i = 0; i < n_groups[kind]; ++i) {
      archive::StageWriter writer = archive.begin_stage(kinds()[kind].schema->stage(),
                                                        "g" + std::to_string(i), {}, {}, kinds()[kind].rows);
      writer.write_scalar("n", std::uint64_t{i});
      writer.commit();
    }
  const Lines lines = result_lines(archive, kinds(), archive.groups(), most_lines).lines;
  archive.close();
  EXPECT_LE(lines.size(), most_lines);
  return lines;
}

TEST(Results, AllGroupsWhereTheyFit) {
  EXPECT_EQ(lines_of({1, 2, 0}, 3), (Lines{"a.g0: told", "b.g0: told", "b.g1: told"}));
  EXPECT_EQ(lines_of({0, 0, 0}, 3), Lines{});
}

TEST(Results, TheFirstOfEachStageWhereTheyDoNot) {
  EXPECT_EQ(lines_of({1, 3, 4}, 6), (Lines{"a.g0: told", "b.g0: told", "b.g1: told", "c.g0: told",
                                           "c.g1: told", "more: 1 of b, 2 of c"}));
  EXPECT_EQ(lines_of({2, 2, 2}, 4),
            (Lines{"a.g0: told", "b.g0: told", "c.g0: told", "more: 1 of a, 1 of b, 1 of c"}));
}

TEST(Results, TheFirstStagesWhereNotEvenOneOfEachFits) {
  EXPECT_EQ(lines_of({2, 1, 1}, 3), (Lines{"a.g0: told", "b.g0: told", "more: 1 of a, 1 of c"}));
  EXPECT_EQ(lines_of({2, 1, 1}, 1), Lines{"more: 2 of a, 1 of b, 1 of c"});
}

} // namespace
} // namespace blockspin::campaign
