#include "blockspin/train/stack.hpp"

#include <algorithm>
#include <cstring>

#include "blockspin/base/packed.hpp"
#include "blockspin/rbm/sampling.hpp"
#include "blockspin/train/gradient.hpp"

namespace blockspin::train {

namespace {

constexpr std::size_t rows_at_a_time = 256;

void store(RowFormat format, std::span<const float> values, std::span<std::uint8_t> row) {
  if (format == RowFormat::bits)
    pack(values, row);
  else
    std::memcpy(row.data(), values.data(), row.size());
}

} // namespace

DataPart hidden_data(const DataPart& data, std::uint64_t first_row, const rbm::Machine& machine,
                     StackInput input, const rng::Generator& draws) {
  const RowFormat format = input == StackInput::probabilities ? RowFormat::floats : RowFormat::bits;
  const std::size_t n_rows = data.bytes.extent(0), n_hidden = machine.n_hidden();
  DataPart above{format, n_hidden, data.n_rows,
                 Array<std::uint8_t, 2>({n_rows, row_bytes(format, n_hidden)})};
  const rbm::GibbsSampler sampler(machine);
  for (std::size_t first = 0; first < n_rows; first += rows_at_a_time) {
    const std::size_t n = std::min(rows_at_a_time, n_rows - first);
    Array<float, 2> visible({n, data.n_units}), hidden({n, n_hidden});
    for (std::size_t s = 0; s < n; ++s)
      read_row(data.format, data.bytes.row(first + s), rbm::off_value(machine.units), visible.row(s));
    sampler.hidden_fields(visible.view(), hidden.view());
    const bool means = input == StackInput::probabilities;
    rbm::activate(machine.units, {draws, 0, first_row + first}, 1.0F, real_grid_bits, hidden.view(),
                  means ? hidden.data() : nullptr, means ? nullptr : hidden.data());
    for (std::size_t s = 0; s < n; ++s) store(format, hidden.row(s), above.bytes.row(first + s));
  }
  return above;
}

} // namespace blockspin::train
