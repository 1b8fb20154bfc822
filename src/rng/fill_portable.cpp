#define FILL_WORDS fill_words_portable
#include "fill_body.hpp"
