/* The least of a test harness: a failed check is printed and counted; the
   program's exit status says whether there was one. */
#ifndef MMMRT_CHECK_H
#define MMMRT_CHECK_H

#include <stdio.h>

static int check_failures;

#define CHECK(what, condition)                                                                                    \
    do {                                                                                                          \
        if (!(condition)) {                                                                                       \
            check_failures++;                                                                                     \
            printf("%s:%d: %s: not so: %s\n", __FILE__, __LINE__, what, #condition);                              \
        }                                                                                                         \
    } while (0)

#define CHECK_NEAR(what, got, want, tolerance)                                                                    \
    do {                                                                                                          \
        double got_ = (got), want_ = (want);                                                                      \
        if (!(got_ >= want_ - (tolerance) && got_ <= want_ + (tolerance))) {                                      \
            check_failures++;                                                                                     \
            printf("%s:%d: %s: got %.17g, want %.17g\n", __FILE__, __LINE__, what, got_, want_);                  \
        }                                                                                                         \
    } while (0)

#define CHECK_EQUAL(what, got, want) CHECK_NEAR(what, got, want, 0)

static inline int check_result(void) {
    if (check_failures == 0)
        printf("ok\n");
    return check_failures != 0;
}

#endif
