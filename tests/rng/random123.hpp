#pragma once
// The generator's oracle: the same block from the Random123 library itself.

#include <array>
#include <cstdint>

/// Whether Random123 offers ARS on this kind of machine.
bool random123_has_ars();
/// Words 2 block and 2 block + 1 by r123::ARS4x32_R<7>.
std::array<std::uint64_t, 2> random123_block(std::uint64_t key_low, std::uint64_t key_high,
                                             std::uint64_t sequence, std::uint64_t block);
