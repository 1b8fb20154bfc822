#include "blockspin/analysis/cross_entropy.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "blockspin/analysis/fixed_point.hpp"
#include "blockspin/base/error.hpp"

namespace blockspin::analysis {

namespace {

/// The configurations of a block as +-1 rows.
Array<float, 2> unpacked(const PackedView& packed, std::uint64_t first,
                         const std::vector<std::uint64_t>& block) {
  Array<float, 2> spins({block.size(), packed.n_sites});
  for (std::size_t row = 0; row < block.size(); ++row)
    unpack(packed.bytes.row(block[row] - first), spins.row(row), -1.0F, 1.0F);
  return spins;
}

/// Slope of -ln p_label by the logits, p_c - [c = label]; returns the sum of -ln p_label.
double loss_and_slopes(const LabelledSample& sample, const std::vector<std::uint64_t>& block,
                       View<float, 2> logits) {
  double loss = 0;
  std::vector<double> p(logits.extent(1));
  for (std::size_t row = 0; row < block.size(); ++row) {
    const auto out = logits.row(row);
    const std::size_t label = sample.label(block[row]);
    const double at_label = out[label];
    loss += softmax(out, p) - at_label;
    p[label] -= 1.0;
    std::copy(p.begin(), p.end(), out.begin());
  }
  return loss;
}

/// out = a^T b.
void multiply_transposed(View<const float, 2> a, View<const float, 2> b, View<float, 2> out) {
  rbm::Panels<float> right(b.extent(0), b.extent(1)), sums(out.extent(0), out.extent(1));
  right.assign(b);
  rbm::add_outer_products(a, right, sums);
  sums.copy_to(out);
}

void add_columns(View<const float, 2> rows, std::span<float> sums) {
  for (std::size_t i = 0; i < rows.extent(0); ++i)
    for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += rows(i, j);
}

/// Parts of the kept configurations of every class that are independent of each other: ladders, cut into
/// stretches of their run where there are few.
class Parts {
public:
  Parts(std::uint64_t n_kept, std::uint64_t n_ladders)
      : n_ladders_(std::min(n_ladders, n_kept)), n_keeps_((n_kept + n_ladders_ - 1) / n_ladders_),
        n_stretches_(std::min((enough + n_ladders_ - 1) / n_ladders_, n_keeps_)) {}
  std::uint64_t number() const { return n_ladders_ * n_stretches_; }
  std::uint64_t of(std::uint64_t place) const {
    return place % n_ladders_ * n_stretches_ + place / n_ladders_ * n_stretches_ / n_keeps_;
  }

private:
  static constexpr std::uint64_t enough = 32;
  std::uint64_t n_ladders_, n_keeps_, n_stretches_;
};

/// Mean and standard error over all items from the sums and numbers of independent parts, NaN for one part:
/// the ratio estimator sum_p (S_p - mean n_p)^2 P / (P - 1) / n^2 of its variance.
std::pair<double, double> mean_of_parts(std::span<const std::int64_t> sum_and_number) {
  double sum = 0, n = 0, squares = 0, n_parts = 0;
  for (std::size_t i = 0; i < sum_and_number.size(); i += 2) {
    sum += from_fixed_point(sum_and_number[i]);
    n += static_cast<double>(sum_and_number[i + 1]);
    n_parts += sum_and_number[i + 1] > 0 ? 1 : 0;
  }
  for (std::size_t i = 0; i < sum_and_number.size(); i += 2) {
    const double off =
        from_fixed_point(sum_and_number[i]) - sum / n * static_cast<double>(sum_and_number[i + 1]);
    squares += off * off;
  }
  return {sum / n, std::sqrt(squares * n_parts / (n_parts - 1)) / n};
}

} // namespace

CrossEntropy::CrossEntropy(const mpi::Communicator& comm, const LabelledSample& sample, std::size_t n_hidden,
                           double l2)
    : comm_(comm), sample_(sample), shape_{sample.n_sites(), n_hidden, sample.n_classes()}, l2_(l2),
      blocks_(sample.blocks(false)), shown_(sample.packed().bytes.shape()) {
  std::ranges::copy(sample.packed().bytes.flat(), shown_.flat().begin());
}

void CrossEntropy::show(const SymmetryImages& images, std::uint64_t round) {
  std::vector<float> spins(shape_.n_inputs), image(shape_.n_inputs);
  for (const auto& block : blocks_)
    for (const std::uint64_t i : block) {
      const std::uint64_t row = i - sample_.mine().first;
      unpack(sample_.packed().bytes.row(row), spins, -1.0F, 1.0F);
      images.apply(round, i, spins, image);
      pack(image, shown_.row(row));
    }
}

void CrossEntropy::add_block(const Network& network, const std::vector<std::uint64_t>& block,
                             std::vector<std::int64_t>& sums) const {
  const std::size_t n = block.size();
  const Array<float, 2> spins = unpacked({shown_, shape_.n_inputs}, sample_.mine().first, block);
  Array<float, 2> hidden({n, shape_.n_hidden}), slopes({n, shape_.n_classes}), back({n, shape_.n_hidden});
  network.forward(spins, hidden, slopes);
  const double loss = loss_and_slopes(sample_, block, slopes);
  network.back(slopes, back);
  for (std::size_t i = 0; i < back.size(); ++i) back.flat()[i] *= 1.0F - hidden.flat()[i] * hidden.flat()[i];

  std::vector<float> gradient(shape_.n_parameters());
  const NetworkParts<float> parts(shape_, gradient);
  multiply_transposed(spins, back, parts.weights_1);
  add_columns(back, parts.bias_1);
  multiply_transposed(hidden, slopes, parts.weights_2);
  add_columns(slopes, parts.bias_2);

  const auto add = [&](std::size_t i, double x) {
    const std::int64_t term = to_fixed_point(x);
    if (term == fixed_point_invalid)
      sums.back() = 1;
    else
      sums[i] += term;
  };
  for (std::size_t i = 0; i < gradient.size(); ++i) add(i, gradient[i]);
  add(gradient.size(), loss);
}

double CrossEntropy::operator()(std::span<const double> parameters, std::span<double> gradient) const {
  const Network network(shape_, parameters);
  const std::size_t n = shape_.n_parameters();
  std::vector<std::int64_t> sums(n + 2); // gradient, loss, whether a term was invalid
  for (const auto& block : blocks_) add_block(network, block, sums);
  comm_.sum(std::span<std::int64_t>(sums));
  if (sums.back() != 0) throw_agreed(ErrorKind::numerical, "the thermometer's training diverged");

  const auto n_train = static_cast<double>(sample_.n_train());
  for (std::size_t i = 0; i < n; ++i) gradient[i] = from_fixed_point(sums[i]) / n_train;
  const NetworkParts<const double> at(shape_, parameters);
  const NetworkParts<double> slope(shape_, gradient);
  double squares = 0;
  for (const auto& [weights, slopes] :
       {std::pair{at.weights_1, slope.weights_1}, {at.weights_2, slope.weights_2}})
    for (std::size_t i = 0; i < weights.size(); ++i) {
      squares += weights.flat()[i] * weights.flat()[i];
      slopes.flat()[i] += l2_ * weights.flat()[i];
    }
  return from_fixed_point(sums[n]) / n_train + 0.5 * l2_ * squares;
}

TestScore test_score(const mpi::Communicator& comm, const LabelledSample& sample, const Network& network,
                     std::uint64_t n_ladders) {
  const Parts parts(sample.n_per_class(), n_ladders);
  std::vector<std::int64_t> sums(2 * parts.number() + 1); // loss and number of each part, right answers
  for (const auto& block : sample.blocks(true)) {
    const Array<float, 2> spins = unpacked(sample.packed(), sample.mine().first, block);
    Array<double, 2> p({block.size(), sample.n_classes()});
    network.probabilities(spins, p);
    for (std::size_t row = 0; row < block.size(); ++row) {
      const auto q = p.row(row);
      const std::size_t label = sample.label(block[row]);
      const std::uint64_t part = parts.of(sample.place(block[row]));
      sums[2 * part] += to_fixed_point(-std::log(std::max(q[label], 1e-300)));
      sums[2 * part + 1] += 1;
      sums.back() +=
          std::max_element(q.begin(), q.end()) == q.begin() + static_cast<std::ptrdiff_t>(label) ? 1 : 0;
    }
  }
  comm.sum(std::span<std::int64_t>(sums));
  const auto right = static_cast<double>(sums.back()), n = static_cast<double>(sample.n_test());
  sums.pop_back();
  const auto [mean, error] = mean_of_parts(sums);
  return {mean, error, right / n};
}

} // namespace blockspin::analysis
