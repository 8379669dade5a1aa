/* test.h - cmocka and the headers it wants before it. */
#ifndef TEST_H
#define TEST_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define N_OF(list) (sizeof(list) / sizeof((list)[0]))

#endif
