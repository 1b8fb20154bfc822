#pragma once
// The rival of the training benchmarks: the training loop that a careful user would write around a BLAS.

#include <cstdint>
#include <random>
#include <vector>

namespace blockspin::app {

/// What is trained: sizes, and Gibbs steps of persistent chains (0: CD-1 from the data).
struct TrainingWork {
  const char* name;
  std::size_t n_visible, n_hidden, batch;
  std::uint64_t pcd_steps;
};

/// One machine of spins +-1 in float32 row-major arrays, on data of random spins. Products by oneDNN's sgemm
/// on one thread, one Mersenne Twister, the standard library's exp; buffers are allocated once, and the
/// products add straight to the weights.
class PlainTraining {
public:
  explicit PlainTraining(const TrainingWork& work);
  /// One update on the next batch.
  void update();

private:
  using Values = std::vector<float>;
  void hidden_means(const Values& visible, Values& means);
  void sample_visible(const Values& hidden);
  void sample(const Values& means, Values& out);
  void next_batch();

  TrainingWork work_;
  float rate_;
  std::mt19937_64 random_{1};
  Values data_, weights_, visible_bias_, hidden_bias_;
  Values visible_, model_, model_means_, data_hidden_, model_hidden_, hidden_;
  std::size_t next_ = 0;
};

} // namespace blockspin::app
