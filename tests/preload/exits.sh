# SPDX-License-Identifier: MIT
# The short version of tests/faults/exits.sh.
COUNT=${COUNT:-8}
. "${0%/*}/../faults/exits.sh"
