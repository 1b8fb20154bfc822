#pragma once
// Filling a buffer with words of a stream, one function for each instruction set.

#include <cstddef>
#include <cstdint>

#include "blockspin/rng/ars.hpp"
#include "blockspin/rng/instruction_set.hpp"

namespace blockspin::rng {

/// out[i] = word first + i of the sequence, for n words.
using FillWords = void(const ArsKey& key, std::uint64_t sequence, std::uint64_t first, std::uint64_t* out,
                       std::size_t n);

FillWords fill_words_portable;
FillWords fill_words_aes_ni;
FillWords fill_words_vaes;

/// The function of one path; the processor must have it.
FillWords* fill_words(InstructionSet set);

} // namespace blockspin::rng
