/* SPDX-License-Identifier: MIT */
/*
 * Namespace: whether the daemon and we know processes by the same numbers. A container may share the daemon of its
 * host, which is outside of its pid namespace.
 */
#ifndef TT_SESSION_DOOR_NAMESPACE_H
#define TT_SESSION_DOOR_NAMESPACE_H

#include <stdbool.h>

/* Whether the daemon that serves us, which answers by now, has a number here. */
bool tt_namespace_is_shared(void);

#endif /* TT_SESSION_DOOR_NAMESPACE_H */
