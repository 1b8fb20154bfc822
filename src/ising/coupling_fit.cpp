#include "blockspin/ising/coupling_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blockspin/base/error.hpp"
#include "blockspin/petsc/minimise.hpp"

namespace blockspin::ising {

namespace {

using Matrix = std::array<std::array<double, n_couplings>, n_couplings>;

/// The three sums of an environment.
Couplings sums_of(std::size_t environment) {
  const auto sum = [](std::size_t index) { return 2.0 * static_cast<double>(index) - 4.0; };
  return {sum(environment / 25), sum(environment / 5 % 5), sum(environment % 5)};
}

double field(const Couplings& coupling, const Couplings& sums) {
  return coupling[0] * sums[0] + coupling[1] * sums[1] + coupling[2] * sums[2];
}

/// ln(1 + exp(-2x)) without overflow: -ln of the probability of a spin along field x.
double surprise(double x) {
  return x > 0 ? std::log1p(std::exp(-2 * x)) : std::log1p(std::exp(2 * x)) - 2 * x;
}

/// n ln(n / total), 0 for n = 0.
double plogp(double n, double total) { return n > 0 ? n * std::log(n / total) : 0.0; }

/// One lattice row with its two ends joined: value x stands at x + 1.
struct PaddedRows {
  PaddedRows(const lattice::Geometry& geometry, std::span<const float> spins)
      : stride(geometry.row_length() + 2), rows(geometry.n_rows() * stride) {
    const std::size_t n = geometry.row_length();
    for (std::size_t y = 0; y < geometry.n_rows(); ++y) {
      std::int8_t* row = rows.data() + y * stride;
      for (std::size_t x = 0; x < n; ++x) row[x + 1] = spins[y * n + x] > 0 ? 1 : -1;
      row[0] = row[n];
      row[n + 1] = row[1];
    }
  }
  const std::int8_t* row(std::size_t y) const { return rows.data() + y * stride + 1; }
  std::size_t stride;
  std::vector<std::int8_t> rows;
};

/// index[x] = 2 environment + (spin is up), for one row between the rows above and below it.
void index_row(const std::int8_t* up, const std::int8_t* mid, const std::int8_t* down,
               std::span<std::int16_t> index) {
  for (std::ptrdiff_t x = 0; x < std::ssize(index); ++x) {
    const int near = up[x] + down[x] + mid[x - 1] + mid[x + 1];
    const int diagonal = up[x - 1] + up[x + 1] + down[x - 1] + down[x + 1];
    const int plaquette = up[x] * (mid[x - 1] * up[x - 1] + mid[x + 1] * up[x + 1]) +
                          down[x] * (mid[x - 1] * down[x - 1] + mid[x + 1] * down[x + 1]);
    const int environment = ((near + 4) / 2 * 5 + (diagonal + 4) / 2) * 5 + (plaquette + 4) / 2;
    index[static_cast<std::size_t>(x)] = static_cast<std::int16_t>(2 * environment + (mid[x] + 1) / 2);
  }
}

double total_sites(const EnvironmentCounts& counts) {
  std::int64_t total = 0;
  for (const std::int64_t n : counts.sites) total += n;
  return static_cast<double>(total);
}

/// -ln PL a site, and its slopes.
double objective(const EnvironmentCounts& counts, double n, std::span<const double> x,
                 std::span<double> slope) {
  const Couplings coupling = {x[0], x[1], x[2]};
  double value = 0;
  std::fill(slope.begin(), slope.end(), 0.0);
  for (std::size_t e = 0; e < n_environments; ++e) {
    const auto down = static_cast<double>(counts.sites[2 * e]),
               up = static_cast<double>(counts.sites[2 * e + 1]);
    if (down + up == 0) continue;
    const Couplings sums = sums_of(e);
    const double h = field(coupling, sums);
    value += up * surprise(h) + down * surprise(-h);
    for (std::size_t k = 0; k < n_couplings; ++k)
      slope[k] -= (up - down - (up + down) * std::tanh(h)) * sums[k] / n;
  }
  return value / n;
}

Matrix information_of(const EnvironmentCounts& counts, const Couplings& coupling) {
  Matrix information{};
  for (std::size_t e = 0; e < n_environments; ++e) {
    const auto n = static_cast<double>(counts.sites[2 * e] + counts.sites[2 * e + 1]);
    const Couplings sums = sums_of(e);
    const double t = std::tanh(field(coupling, sums));
    for (std::size_t k = 0; k < n_couplings; ++k)
      for (std::size_t l = 0; l < n_couplings; ++l) information[k][l] += n * (1 - t * t) * sums[k] * sums[l];
  }
  return information;
}

double determinant(const Matrix& m) {
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
         m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

/// Of a symmetric matrix, by cofactors.
Matrix inverse(const Matrix& m) {
  const double d = determinant(m);
  Matrix result{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      const std::size_t a = (j + 1) % 3, b = (j + 2) % 3, p = (i + 1) % 3, q = (i + 2) % 3;
      result[i][j] = (m[a][p] * m[b][q] - m[a][q] * m[b][p]) / d;
    }
  return result;
}

/// What free conditional probabilities of every environment attain.
double saturated(const EnvironmentCounts& counts) {
  double value = 0;
  for (std::size_t e = 0; e < n_environments; ++e) {
    const auto down = static_cast<double>(counts.sites[2 * e]),
               up = static_cast<double>(counts.sites[2 * e + 1]);
    value += plogp(down, down + up) + plogp(up, down + up);
  }
  return value;
}

} // namespace

void count_environments(const lattice::Geometry& geometry, std::span<const float> spins,
                        EnvironmentCounts& counts) {
  require(geometry.n_dimensions() == 2, "environments are counted on square lattices");
  const PaddedRows padded(geometry, spins);
  const std::size_t n_rows = geometry.n_rows();
  std::vector<std::int16_t> index(geometry.row_length());
  std::int64_t magnetization = 0;
  for (const float s : spins) magnetization += s > 0 ? 1 : -1;
  for (std::size_t y = 0; y < n_rows; ++y) {
    index_row(padded.row((y + n_rows - 1) % n_rows), padded.row(y), padded.row((y + 1) % n_rows), index);
    for (const std::int16_t i : index) {
      counts.sites[static_cast<std::size_t>(i)] += 1;
      counts.magnetization[static_cast<std::size_t>(i)] += magnetization;
    }
  }
}

CouplingFit fit_couplings(const EnvironmentCounts& counts, const Couplings& start) {
  const double n = total_sites(counts);
  std::vector<double> x(start.begin(), start.end());
  petsc::MinimiseOptions options{.max_iterations = 200, .gradient_tolerance = 1e-10};
  const auto result = petsc::minimise(
      x, [&](auto at, auto slope) { return objective(counts, n, at, slope); }, options);
  CouplingFit fit;
  std::copy(x.begin(), x.end(), fit.coupling.begin());
  fit.information = information_of(counts, fit.coupling);
  // Aligned spins are likelier the larger the couplings: then the information dwindles as they run away.
  fit.determined = result.converged && determinant(fit.information) > 1e-9 * n * n * n;
  fit.misfit =
      fit.determined ? saturated(counts) / n + result.value : std::numeric_limits<double>::quiet_NaN();
  if (!fit.determined) fit.coupling.fill(std::numeric_limits<double>::quiet_NaN());
  return fit;
}

CouplingScore score(const EnvironmentCounts& part, const CouplingFit& fit, std::uint64_t n_sites) {
  CouplingScore result;
  for (std::size_t e = 0; e < n_environments; ++e) {
    const Couplings sums = sums_of(e);
    const double t = std::tanh(field(fit.coupling, sums));
    for (std::size_t side = 0; side < 2; ++side) {
      const double spin = side == 1 ? 1.0 : -1.0, n = static_cast<double>(part.sites[2 * e + side]);
      const double others = static_cast<double>(part.magnetization[2 * e + side]) - spin * n;
      for (std::size_t k = 0; k < n_couplings; ++k) result.slope[k] += n * (spin - t) * sums[k];
      result.residual += (spin - t) * others / static_cast<double>(n_sites - 1);
    }
  }
  return result;
}

std::vector<double> residual_shares(const CouplingFit& fit, const EnvironmentCounts& total,
                                    std::span<const CouplingScore> parts, std::uint64_t n_sites) {
  Couplings answer{}; // d residual / d coupling
  for (std::size_t e = 0; e < n_environments; ++e) {
    const Couplings sums = sums_of(e);
    const double t = std::tanh(field(fit.coupling, sums));
    const double down = static_cast<double>(total.sites[2 * e]),
                 up = static_cast<double>(total.sites[2 * e + 1]);
    const double others =
        static_cast<double>(total.magnetization[2 * e] + total.magnetization[2 * e + 1]) + down - up;
    for (std::size_t k = 0; k < n_couplings; ++k)
      answer[k] -= (1 - t * t) * sums[k] * others / static_cast<double>(n_sites - 1);
  }
  const Matrix bread = inverse(fit.information);
  std::vector<double> shares;
  for (const CouplingScore& part : parts) {
    shares.push_back(part.residual);
    for (std::size_t k = 0; k < n_couplings; ++k)
      for (std::size_t l = 0; l < n_couplings; ++l) shares.back() += answer[k] * bread[k][l] * part.slope[l];
  }
  return shares;
}

Couplings coupling_errors(const CouplingFit& fit, std::span<const CouplingScore> parts) {
  const auto n = static_cast<double>(parts.size());
  Matrix covariance{};
  for (const CouplingScore& part : parts)
    for (std::size_t k = 0; k < n_couplings; ++k)
      for (std::size_t l = 0; l < n_couplings; ++l)
        covariance[k][l] += part.slope[k] * part.slope[l] * n / (n - 1);
  const Matrix bread = inverse(fit.information);
  Couplings errors{};
  for (std::size_t i = 0; i < n_couplings; ++i) {
    double variance = 0;
    for (std::size_t k = 0; k < n_couplings; ++k)
      for (std::size_t l = 0; l < n_couplings; ++l) variance += bread[i][k] * covariance[k][l] * bread[l][i];
    errors[i] = std::sqrt(variance);
  }
  return errors;
}

} // namespace blockspin::ising
