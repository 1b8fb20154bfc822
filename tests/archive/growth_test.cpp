// What opening, continuing and extending an archive costs does not grow with the groups it holds: counted in calls of
// HDF5 that open objects, read attributes or look into groups.

#include <optional>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "example.hpp"
#include "support/scratch.hpp"
#include "support/world.hpp"

namespace {

std::uint64_t n_calls = 0;

} // namespace

// These stand in front of the library's own. Some names are macros for the version of a function.
#define TEXT_OF(name) #name
#define NAME_OF(name) TEXT_OF(name)
#define COUNTED(result, name, parameters, arguments)                                                         \
  extern "C" result name parameters {                                                                        \
    static const auto library = reinterpret_cast<result(*) parameters>(dlsym(RTLD_NEXT, NAME_OF(name)));     \
    ++n_calls;                                                                                               \
    return library arguments;                                                                                \
  }
COUNTED(hid_t, H5Oopen, (hid_t at, const char* name, hid_t list), (at, name, list))
COUNTED(hid_t, H5Gopen2, (hid_t at, const char* name, hid_t list), (at, name, list))
COUNTED(hid_t, H5Dopen2, (hid_t at, const char* name, hid_t list), (at, name, list))
COUNTED(hid_t, H5Aopen, (hid_t at, const char* name, hid_t list), (at, name, list))
COUNTED(hid_t, H5Fopen, (const char* name, unsigned flags, hid_t list), (name, flags, list))
COUNTED(herr_t, H5Aread, (hid_t attribute, hid_t type, void* data), (attribute, type, data))
COUNTED(herr_t, H5Literate,
        (hid_t at, H5_index_t index, H5_iter_order_t order, hsize_t* next, H5L_iterate_t take, void* data),
        (at, index, order, next, take, data))
COUNTED(herr_t, H5Aiterate2,
        (hid_t at, H5_index_t index, H5_iter_order_t order, hsize_t* next, H5A_operator2_t take, void* data),
        (at, index, order, next, take, data))
COUNTED(htri_t, H5Lexists, (hid_t at, const char* name, hid_t list), (at, name, list))
COUNTED(herr_t, H5Lget_val, (hid_t at, const char* name, void* data, size_t n, hid_t list),
        (at, name, data, n, list))

namespace {

using namespace blockspin;
using archive::Archive;
using archive::OnExisting;
using archive::Storage;

/// Calls that `action` takes.
template <class Action>
std::uint64_t calls_of(Action&& action) {
  const std::uint64_t before = n_calls;
  action();
  return n_calls - before;
}

struct Costs {
  std::uint64_t open, resume, commit, replace;
  bool operator==(const Costs&) const = default;
};

Costs costs_with(std::size_t n_machines, Storage storage) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const std::string path = folder.file("run.h5");
  std::optional<Archive> archive = Archive::open_for_run(world, path, OnExisting::refuse, {"", 7}, storage);
  archive->set_run(archive::start_record());
  example::write_sample(*archive);
  for (std::size_t i = 0; i < n_machines; ++i) example::write_machine(*archive, "m" + std::to_string(i));
  archive->close();
  Costs costs{};
  costs.open = calls_of([&] { Archive::open(world, path).close(); });
  costs.resume = calls_of([&] {
    archive = Archive::open_for_run(world, path, OnExisting::resume, {"", 7}, storage);
  });
  archive->set_run(archive::start_record());
  costs.commit = calls_of([&] { example::write_machine(*archive, "last"); });
  costs.replace = calls_of([&] { example::write_machine(*archive, "m0"); });
  EXPECT_EQ(archive->groups().size(), n_machines + 2);
  archive->close();
  return costs;
}

TEST(Growth, NoCallForAGroupThatIsNotAskedFor) {
  for (const Storage storage : {Storage::single, Storage::segments}) {
    constexpr std::size_t n_few = 5, n_many = 60;
    const Costs few = costs_with(n_few, storage), many = costs_with(n_many, storage);
    // Where a link leads stands in the link alone.
    const std::uint64_t n_links = storage == Storage::segments ? n_many - n_few : 0;
    EXPECT_GT(few.commit, 10u) << "nothing is counted";
    EXPECT_EQ(few.open + n_links, many.open);
    EXPECT_EQ(few.resume + n_links, many.resume);
    EXPECT_EQ(few.commit, many.commit);
    EXPECT_EQ(few.replace, many.replace);
  }
}

TEST(Growth, EachGroupThatIsAskedForIsReadOnce) {
  const mpi::Communicator& world = test_world();
  const ScratchFolder folder(world);
  const std::string path = folder.file("run.h5");
  Archive writer = Archive::open_for_run(world, path, OnExisting::refuse, {"", 7});
  example::write_sample(writer);
  for (const char* name : {"a", "b", "c"}) example::write_machine(writer, name);
  writer.close();
  Archive archive = Archive::open(world, path);
  const std::uint64_t first = calls_of([&] { archive.group("/rbm/a"); }); // and the sample's
  const std::uint64_t second = calls_of([&] { archive.group("/rbm/b"); });
  EXPECT_GT(first, second);
  EXPECT_GT(second, 0u);
  EXPECT_EQ(calls_of([&] { archive.group("/rbm/c"); }), second);
  EXPECT_EQ(calls_of([&] {
              for (const char* name : {"/rbm/a", "/rbm/b", "/sample/main", "/rbm/none"}) archive.group(name);
            }),
            0u);
  archive.close();
}

} // namespace
