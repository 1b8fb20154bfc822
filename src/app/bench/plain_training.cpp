#include "plain_training.hpp"

#include <algorithm>
#include <cmath>

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

#include "blockspin/base/error.hpp"

namespace blockspin::app {

namespace {

constexpr std::size_t batches_of_data = 8;

/// c [m, n] = scale op(a) op(b) + keep c, row major; 'T' transposes.
void multiply(char op_a, char op_b, std::size_t m, std::size_t n, std::size_t k, float scale,
              const std::vector<float>& a, const std::vector<float>& b, float keep, std::vector<float>& c) {
  const auto size = [](std::size_t x) { return static_cast<dnnl_dim_t>(x); };
  const dnnl_status_t status =
      dnnl_sgemm(op_a, op_b, size(m), size(n), size(k), scale, a.data(), size(op_a == 'N' ? k : m), b.data(),
                 size(op_b == 'N' ? n : k), keep, c.data(), size(n));
  require(status == dnnl_success, "oneDNN's sgemm failed");
}

void add_bias(const std::vector<float>& bias, std::vector<float>& rows) {
  for (std::size_t row = 0; row < rows.size(); row += bias.size())
    for (std::size_t u = 0; u < bias.size(); ++u) rows[row + u] += bias[u];
}

/// Means of spins from their fields.
void activate(std::vector<float>& fields) {
  for (float& x : fields) x = 2.0F / (1.0F + std::exp(-2.0F * x)) - 1.0F;
}

void add_columns(const std::vector<float>& rows, float scale, std::vector<float>& sums) {
  for (std::size_t row = 0; row < rows.size(); row += sums.size())
    for (std::size_t u = 0; u < sums.size(); ++u) sums[u] += scale * rows[row + u];
}

} // namespace

PlainTraining::PlainTraining(const TrainingWork& work)
    : work_(work), rate_(0.01F / static_cast<float>(work.batch)),
      data_(batches_of_data * work.batch * work.n_visible), weights_(work.n_visible * work.n_hidden),
      visible_bias_(work.n_visible), hidden_bias_(work.n_hidden), visible_(work.batch * work.n_visible),
      model_(visible_.size()), model_means_(visible_.size()), data_hidden_(work.batch * work.n_hidden),
      model_hidden_(data_hidden_.size()), hidden_(data_hidden_.size()) {
  omp_set_num_threads(1); // oneDNN's threads
  std::normal_distribution<float> normal(0.0F, 0.01F);
  for (float& w : weights_) w = normal(random_);
  for (float& v : data_) v = random_() & 1U ? 1.0F : -1.0F;
  for (float& v : model_) v = random_() & 1U ? 1.0F : -1.0F;
}

void PlainTraining::next_batch() {
  std::copy_n(data_.data() + next_ * visible_.size(), visible_.size(), visible_.data());
  next_ = (next_ + 1) % batches_of_data;
}

void PlainTraining::hidden_means(const Values& visible, Values& means) {
  multiply('N', 'N', work_.batch, work_.n_hidden, work_.n_visible, 1.0F, visible, weights_, 0.0F, means);
  add_bias(hidden_bias_, means);
  activate(means);
}

void PlainTraining::sample_visible(const Values& hidden) {
  multiply('N', 'T', work_.batch, work_.n_visible, work_.n_hidden, 1.0F, hidden, weights_, 0.0F,
           model_means_);
  add_bias(visible_bias_, model_means_);
  activate(model_means_);
  sample(model_means_, model_);
}

void PlainTraining::sample(const Values& means, Values& out) {
  for (std::size_t i = 0; i < means.size(); ++i)
    out[i] = static_cast<float>(random_() >> 40) * 0x1p-23F - 1.0F < means[i] ? 1.0F : -1.0F;
}

void PlainTraining::update() {
  next_batch();
  hidden_means(visible_, data_hidden_);
  if (work_.pcd_steps == 0) {
    sample(data_hidden_, hidden_);
    sample_visible(hidden_);
  }
  for (std::uint64_t step = 0; step < work_.pcd_steps; ++step) {
    hidden_means(model_, model_hidden_);
    sample(model_hidden_, hidden_);
    sample_visible(hidden_);
  }
  hidden_means(model_, model_hidden_);
  multiply('T', 'N', work_.n_visible, work_.n_hidden, work_.batch, rate_, visible_, data_hidden_, 1.0F,
           weights_);
  multiply('T', 'N', work_.n_visible, work_.n_hidden, work_.batch, -rate_, model_, model_hidden_, 1.0F,
           weights_);
  add_columns(visible_, rate_, visible_bias_);
  add_columns(model_, -rate_, visible_bias_);
  add_columns(data_hidden_, rate_, hidden_bias_);
  add_columns(model_hidden_, -rate_, hidden_bias_);
}

} // namespace blockspin::app
