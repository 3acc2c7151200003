/* SPDX-License-Identifier: MIT */
/* Names as they are written in the source: C++ and Rust symbols without their encoding, clones without their number. */
#ifndef TT_SYMBOLS_DEMANGLE_H
#define TT_SYMBOLS_DEMANGLE_H

/*
 * `Pool::run` of `_ZN4Pool3runEi`, `foo::counter` of `_ZZ3fooiE7counter`, `worker` of `worker.constprop.0`; another
 * name as it is. The caller's to free.
 */
char *tt_demangle(const char *symbol);

#endif /* TT_SYMBOLS_DEMANGLE_H */
