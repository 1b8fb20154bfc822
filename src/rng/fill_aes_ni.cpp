#define FILL_WORDS fill_words_aes_ni
#include "fill_body.hpp"
