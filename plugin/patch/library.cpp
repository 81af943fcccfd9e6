// library.cpp: the shim's table, filled with the functions of this very file: an
// exported plugin loads nothing.
#include "../library.hpp"

#include "session.hpp"

namespace mmm {

const Library *library(const char **) {
    static const Library table = {
#define MMM_HERE(name) &patch::name,
        MMM_FUNCTIONS(MMM_HERE)
#undef MMM_HERE
    };
    return &table;
}

}  // namespace mmm
