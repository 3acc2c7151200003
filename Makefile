# SPDX-License-Identifier: MIT
# The verbs. `make` builds and never installs; what each folder builds is in its own fragment, Rules.mk.
#
#   make demo      sets up, builds, records example programs, checks them, draws their timelines
#   make test      sets up, builds, runs every test
#   make deps      installs the Debian packages that are missing (as root, or by sudo)
#   make install   PREFIX=/usr/local, DESTDIR=
#   make bench     the costs, side by side in one run
#   make accuracy  how exact `check` is: random programs against an oracle; PROGRAMS= SEED=
#   make fuzz      hostile input: libFuzzer on all that reads any; FUZZ_SECONDS=
#   make faults    what becomes of a recording whose daemons are killed, whose program daemonizes, …: a table; as root.
#                  faults-fast: its fast half, of CI
#   make soak      recordings for an hour, SOAK_SECONDS=; soak-short: two minutes
#   make coverage  what the tests run of the sources, and what they do not
#   make lint format sanitize clean   (V=1 shows the commands whole)

BUILD    ?= build
PREFIX   ?= /usr/local
CC       ?= gcc
SANITIZE ?=

.DEFAULT_GOAL := all
.SECONDARY:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# V=1 shows the commands whole.
Q   := $(if $(V),,@)
SAY := @$(if $(V),:,printf '  %-4s %s\n')

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wconversion -Wpedantic -Wstrict-prototypes -Wmissing-prototypes \
            -Wold-style-definition -Wvla -Wundef -Wwrite-strings -Wcast-qual -Wpointer-arith -Wformat=2
CFLAGS   ?= -O2 -g
FLAGS    := -std=gnu11 -D_GNU_SOURCE -I. -Ilibtrace_thr/include -fno-omit-frame-pointer -fvisibility=hidden -pthread \
            $(WARNINGS) $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all) -MMD -MP

all: ## builds everything but the tests

include libtrace_thr/Rules.mk tracepoints/Rules.mk tools/Rules.mk examples/Rules.mk tests/Rules.mk tests/accuracy/Rules.mk \
        tests/fuzz/Rules.mk bench/Rules.mk
include packages.mk

# Any C source of the tree, to the same place under $(BUILD). A fragment adds flags of its folder as FLAGS_<folder>.
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(FLAGS) $(FLAGS_$(firstword $(subst /, ,$*))) $(CFLAGS) -c $< -o $@

SOURCES = $(sort $(shell find bench examples libtrace_thr tests tools tracepoints -name '*.[ch]'))

format: deps ## lays out every source
	clang-format -i $(SOURCES)

# Warnings of clang that gcc has not, or has in another measure.
TIDY_FLAGS := -Wno-unknown-warning-option -Wno-string-conversion -Wno-implicit-int-conversion -Wno-cast-qual \
              -Wno-gnu-zero-variadic-macro-arguments

# The analyzer leaves a function after this many states. A third of what is usual is looked at in less than half of the
# time; few functions have more.
ANALYZER := -Xclang -analyzer-config -Xclang max-nodes=75000

lint: deps ## licence lines, layout and clang-tidy
	$(Q)without=$$(grep -L 'SPDX-License-Identifier: MIT' $(SOURCES)); test -z "$$without" || \
	    { echo "lint: no line with SPDX-License-Identifier, see CONTRIBUTING.md:" $$without >&2; exit 1; }
	$(Q)clang-format --dry-run -Werror $(SOURCES)
	$(Q)echo '  TIDY $(words $(filter %.c,$(SOURCES))) files'
	$(Q)printf '%s\n' $(filter %.c,$(SOURCES)) | xargs -P $(shell nproc) -n 4 sh -c \
	    'clang-tidy --quiet "$$@" -- $(FLAGS) $(FLAGS_tools) $(TIDY_FLAGS) $(ANALYZER)' tidy

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.PHONY: all format lint clean
