#include "blockspin/ising/half_rows.hpp"

#include <algorithm>

#include "addresses.hpp"
#include "blockspin/base/error.hpp"
#include "half_row_tables.hpp"

namespace blockspin::ising {

namespace {

/// Bit i of x becomes bit 2 i.
std::uint64_t spread(std::uint32_t half) {
  std::uint64_t x = half;
  x = (x | x << 16) & 0x0000FFFF0000FFFF;
  x = (x | x << 8) & 0x00FF00FF00FF00FF;
  x = (x | x << 4) & 0x0F0F0F0F0F0F0F0F;
  x = (x | x << 2) & 0x3333333333333333;
  return (x | x << 1) & 0x5555555555555555;
}

/// Bit 2 i of x becomes bit i.
std::uint32_t gather(std::uint64_t x) {
  x &= 0x5555555555555555;
  x = (x | x >> 1) & 0x3333333333333333;
  x = (x | x >> 2) & 0x0F0F0F0F0F0F0F0F;
  x = (x | x >> 4) & 0x00FF00FF00FF00FF;
  x = (x | x >> 8) & 0x0000FFFF0000FFFF;
  return static_cast<std::uint32_t>(x | x >> 16);
}

/// Sets 64 bits from bit `at` on, which were zero.
void put_bits(std::span<std::uint8_t> out, std::uint64_t at, std::uint64_t bits) {
  const unsigned shift = at % 8;
  const std::size_t byte = at / 8;
  for (unsigned i = 0; i <= 8 && byte + i < out.size(); ++i) {
    const std::uint64_t part = i == 0 ? bits << shift : (8 * i - shift < 64 ? bits >> (8 * i - shift) : 0);
    out[byte + i] = static_cast<std::uint8_t>(out[byte + i] | static_cast<std::uint8_t>(part));
  }
}

} // namespace

HalfRowGeometry::HalfRowGeometry(const mpi::Communicator& comm, const lattice::Domain& domain)
    : tables_(std::make_unique<Tables>(comm, domain)) {}
HalfRowGeometry::~HalfRowGeometry() = default;
HalfRowGeometry::HalfRowGeometry(HalfRowGeometry&&) noexcept = default;

const lattice::Domain& HalfRowGeometry::domain() const { return tables_->domain; }
const mpi::Communicator& HalfRowGeometry::comm() const { return tables_->comm; }
std::uint64_t HalfRowGeometry::n_rows() const { return tables_->layout.n_rows; }
std::uint64_t HalfRowGeometry::words_per_row() const {
  const BoxLayout& layout = tables_->layout;
  return (layout.count[static_cast<std::size_t>(layout.last_axis)] + 63) / 64;
}
std::uint64_t HalfRowGeometry::global_row(std::uint64_t row) const { return tables_->places[row].global_row; }

Slab HalfRowGeometry::slab() const {
  const BoxLayout& layout = tables_->layout;
  Slab slab;
  for (int axis = 0; axis <= layout.last_axis; ++axis) {
    const auto i = static_cast<std::size_t>(axis);
    const std::uint64_t unit = axis == layout.last_axis ? 64 : 1;
    slab.extent.push_back((domain().geometry().extent(axis) + unit - 1) / unit);
    slab.offset.push_back(layout.first[i] / unit);
    slab.count.push_back((layout.count[i] + unit - 1) / unit);
  }
  return slab;
}

HalfRows::HalfRows(const HalfRowGeometry& geometry, std::uint64_t walker, rng::InstructionSet set)
    : geometry_(&geometry), walker_(walker), set_(set), buffer_(geometry.tables().layout.n_words) {
  require(walker < max_walkers, "too many lattices");
}

void HalfRows::randomise(const rng::Generator& generator) {
  const auto& tables = geometry_->tables();
  const BoxLayout& layout = tables.layout;
  const std::uint64_t n_global = (tables.domain.geometry().row_length() + 1023) / 1024;
  for (std::uint64_t row = 0; row < layout.n_rows; ++row)
    for (const std::uint64_t half : {0U, 1U}) {
      const std::uint64_t first = (2 * tables.places[row].global_row + half) * n_global + layout.first_vector;
      const auto words = buffer_.flat().subspan(layout.half_row(row, half), 8 * layout.n_vectors);
      generator.words(walker_, 8 * first, words);
      const std::uint64_t* mask = tables.mask(half == 0 ? 3 : 1);
      for (std::size_t w = 0; w < words.size(); ++w) words[w] &= mask[w];
    }
}

void HalfRows::fill(bool up) {
  const auto& tables = geometry_->tables();
  const std::uint64_t n_words = 8 * tables.layout.n_vectors;
  for (std::uint64_t half_row = 0; half_row < 2 * tables.layout.n_rows; ++half_row) {
    const std::uint64_t* mask = tables.mask(half_row % 2 == 0 ? 3 : 1);
    std::uint64_t* const words = buffer_.data() + tables.layout.half_row(half_row / 2, half_row % 2);
    for (std::uint64_t w = 0; w < n_words; ++w) words[w] = up ? mask[w] : 0;
  }
}

void HalfRows::turn_over() {
  const auto& tables = geometry_->tables();
  const std::uint64_t n_words = 8 * tables.layout.n_vectors;
  for (std::uint64_t half_row = 0; half_row < 2 * tables.layout.n_rows; ++half_row) {
    const std::uint64_t* mask = tables.mask(half_row % 2 == 0 ? 3 : 1);
    std::uint64_t* const words = buffer_.data() + tables.layout.half_row(half_row / 2, half_row % 2);
    for (std::uint64_t w = 0; w < n_words; ++w) words[w] ^= mask[w];
  }
}

void HalfRows::exchange_begin() {
  const auto& tables = geometry_->tables();
  if (!tables.halo) return;
  const BoxLayout& layout = tables.layout;
  if (layout.words_per_column > 0) {
    const std::uint64_t origin = 1024 * layout.first_vector;
    const std::uint64_t begin = layout.first[static_cast<std::size_t>(layout.last_axis)] - origin;
    const std::uint64_t ends[2] = {begin,
                                   begin + layout.count[static_cast<std::size_t>(layout.last_axis)] - 1};
    for (int side = 0; side < 2; ++side) {
      const auto column = buffer_.flat().subspan(layout.column(side), layout.words_per_column);
      std::fill(column.begin(), column.end(), 0);
      const std::uint64_t i = ends[side] / 2;
      for (std::uint64_t row = 0; row < layout.n_rows; ++row)
        column[row / 64] |= (buffer_[layout.half_row(row, ends[side] % 2) + i / 64] >> (i % 64) & 1)
                            << (row % 64);
    }
  }
  tables.halo->begin(buffer_.data());
}

void HalfRows::exchange_end() {
  if (geometry_->tables().halo) geometry_->tables().halo->end(buffer_.data());
}

void HalfRows::sweep(const FlipRule& rule, const rng::Generator& generator, std::uint64_t sweep) {
  const auto& tables = geometry_->tables();
  const BoxLayout& layout = tables.layout;
  const auto& lattice = tables.domain.geometry();
  HalfRowSweep s{};
  s.spins = buffer_.data() + BoxLayout::guard;
  s.stride = layout.stride;
  s.n_vectors = layout.n_vectors;
  s.first_vector = layout.first_vector;
  s.n_vectors_global = (lattice.row_length() + 1023) / 1024;
  s.row_length = lattice.row_length();
  s.n_neighbours = lattice.n_neighbours();
  s.places = tables.places.data();
  for (std::size_t part = 0; part < n_row_parts; ++part) {
    s.masks[part] = tables.mask(part);
    s.begin[part] = tables.begin[part];
    s.end[part] = tables.end[part];
    s.wrap[part] = tables.wraps[part];
    if (tables.wrap_column[part] >= 0)
      s.wrap[part].column = buffer_.data() + layout.column(tables.wrap_column[part]);
  }
  s.scheme = rule.scheme();
  s.planes = &rule.planes();
  s.key = {generator.key_low(), generator.key_high()};
  s.coarse_sequence = coarse_sequence(walker_, sweep);
  s.fine_sequence = fine_sequence(walker_, sweep);
  const auto run = [&](const RowTask* tasks, std::uint64_t n) {
    s.tasks = tasks;
    s.n_tasks = n;
    half_row_kernels[set_].sweep(s);
  };
  for (const auto& phase : tables.phases) {
    // The rows that need nobody else's spins are updated while the others' copies are on their way.
    exchange_begin();
    run(phase.tasks.data(), phase.n_interior);
    exchange_end();
    run(phase.tasks.data() + phase.n_interior, phase.tasks.size() - phase.n_interior);
  }
}

void HalfRows::wrap_all() {
  const auto& tables = geometry_->tables();
  for (const RowPart part : {odd_sites, seam_site}) {
    if (part == seam_site && !tables.has_seam) continue;
    WrapBit wrap = tables.wraps[part];
    if (tables.wrap_column[part] >= 0)
      wrap.column = buffer_.data() + tables.layout.column(tables.wrap_column[part]);
    for (std::uint64_t row = 0; row < tables.layout.n_rows; ++row)
      wrap_row(buffer_.data() + BoxLayout::guard, tables.layout.stride, wrap, row, part == odd_sites ? 0 : 1);
  }
}

BoxCounts HalfRows::count() {
  const auto& tables = geometry_->tables();
  exchange_begin();
  exchange_end();
  wrap_all();
  BoxCounts counts;
  half_row_kernels[set_].count({buffer_.data() + BoxLayout::guard,
                                tables.layout.stride,
                                tables.layout.n_vectors,
                                tables.domain.geometry().n_neighbours(),
                                tables.places.data(),
                                tables.layout.n_rows,
                                {tables.mask(3), tables.mask(1)}},
                               &counts.antiparallel, &counts.up);
  return counts;
}

void HalfRows::copy_row(std::uint64_t row, std::span<std::uint64_t> natural) const {
  const auto& tables = geometry_->tables();
  const BoxLayout& layout = tables.layout;
  const std::uint64_t skip =
      (layout.first[static_cast<std::size_t>(layout.last_axis)] - 1024 * layout.first_vector) / 64;
  for (std::uint64_t w = 0; w < natural.size(); ++w) {
    const std::uint64_t at = skip + w, shift = 32 * (at % 2);
    const auto half = [&](std::uint64_t e) {
      const std::uint64_t bits =
          buffer_[layout.half_row(row, e) + at / 2] & tables.mask(e == 0 ? 3 : 1)[at / 2];
      return spread(static_cast<std::uint32_t>(bits >> shift));
    };
    natural[w] = half(0) | half(1) << 1;
  }
}

void HalfRows::copy_to(std::span<std::uint64_t> natural, std::uint64_t first_row) const {
  const std::uint64_t per_row = geometry_->words_per_row();
  for (std::uint64_t i = 0; i < natural.size() / per_row; ++i)
    copy_row(first_row + i, natural.subspan(i * per_row, per_row));
}

void HalfRows::copy_from(std::span<const std::uint64_t> natural, std::uint64_t first_row) {
  const BoxLayout& layout = geometry_->tables().layout;
  const std::uint64_t per_row = geometry_->words_per_row();
  const std::uint64_t skip =
      (layout.first[static_cast<std::size_t>(layout.last_axis)] - 1024 * layout.first_vector) / 64;
  for (std::uint64_t i = 0; i < natural.size() / per_row; ++i) {
    std::uint64_t* const half[2] = {buffer_.data() + layout.half_row(first_row + i, 0),
                                    buffer_.data() + layout.half_row(first_row + i, 1)};
    for (std::uint64_t* const words : half) std::fill(words, words + 8 * layout.n_vectors, 0);
    for (std::uint64_t w = 0; w < per_row; ++w) {
      const std::uint64_t at = skip + w, shift = 32 * (at % 2), bits = natural[i * per_row + w];
      half[0][at / 2] |= std::uint64_t{gather(bits)} << shift;
      half[1][at / 2] |= std::uint64_t{gather(bits >> 1)} << shift;
    }
  }
}

void HalfRows::pack(std::span<std::uint8_t> out) const {
  const BoxLayout& layout = geometry_->tables().layout;
  const std::uint64_t length = geometry_->domain().geometry().row_length();
  std::vector<std::uint64_t> natural(geometry_->words_per_row());
  for (std::uint64_t row = 0; row < layout.n_rows; ++row) {
    copy_row(row, natural);
    const std::uint64_t first =
        geometry_->global_row(row) * length + layout.first[static_cast<std::size_t>(layout.last_axis)];
    for (std::uint64_t w = 0; w < natural.size(); ++w) put_bits(out, first + 64 * w, natural[w]);
  }
}

} // namespace blockspin::ising
