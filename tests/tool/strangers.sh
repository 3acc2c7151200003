#!/bin/sh
# SPDX-License-Identifier: MIT
# Recordings beside each other and beside strangers: see there.
AT_ONCE=4 exec sh "$(dirname "$0")/../faults/strangers.sh"
