# SPDX-License-Identifier: MIT
# make accuracy: how exact the check is, by an oracle that knows every schedule of random small programs; then real ones
# of known verdict, beside what ThreadSanitizer and Helgrind say of them where they are installed (some minutes).
#
#   PROGRAMS=10000   how many
#   SEED=1           which; it is printed

PROGRAMS ?= 10000
SEED     ?= 1

ACCURACY := $(BUILD)/tests/accuracy/accuracy

$(ACCURACY): $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/accuracy/*.c)) $(TOOL_ARCHIVE)
	$(SAY) LINK $@
	$(Q)$(CC) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $^ $(TOOL_LIBS) -pthread

accuracy: deps
	$(MAKE) --no-print-directory all $(ACCURACY) $(SMALL_PROGRAMS)
	$(ACCURACY) $(PROGRAMS) $(SEED)
	BUILD=$(BUILD) tests/accuracy/programs/run --others

# What `make test` has time for.
accuracy-short: $(ACCURACY)
	$(ACCURACY) 3000 1

.PHONY: accuracy accuracy-short

# Real programs on pthreads, without the library.
SMALL_PROGRAMS := $(BUILD)/tests/accuracy/programs/programs

$(SMALL_PROGRAMS): $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/accuracy/programs/*.c))
	$(SAY) LINK $@
	$(Q)$(CC) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $^ -pthread
