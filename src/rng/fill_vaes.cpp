#define FILL_WORDS fill_words_vaes
#include "fill_body.hpp"
